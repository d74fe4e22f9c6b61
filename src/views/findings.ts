import { todoFor } from '../diagnose/evaluate/todo.ts';
import { type Finding, findingCodes, findingKinds } from '../model/finding.ts';
import * as z from '../zod.ts';
import { components, time } from './components.ts';
import { type RemedyNames, remedyView } from './remedies.ts';

const resourceId = z.string().check(z.describe('The id of the resource in Azure.'));

/** A finding as the API shows it: as it is stored, with what to do about it. */
export const findingView = z
  .object({
    code: z.enum(findingCodes),
    kind: z
      .enum(findingKinds)
      .check(
        z.describe(
          'A `cause` makes the connection impossible, by settings as they were read; a `suspicion` may have to do with it; `couldNotLook` says what was not read.',
        ),
      ),
    sentence: z.string(),
    resourceId: z.optional(resourceId),
    evidence: z
      .readonly(
        z.array(
          z.object({
            resourceId,
            setting: z.string(),
            value: z.string(),
            portal: z.optional(z.string()).check(z.describe('Its page in the Azure portal.')),
          }),
        ),
      )
      .check(z.describe('The settings as they were read.')),
    changedAt: z.optional(time).check(z.describe('The latest change of it since an hour before the outage.')),
    changedBy: z.optional(z.string()).check(z.describe('`AKS itself`, an object id, or with `SHOW_CALLERS` a name.')),
    foundAt: time,
    revoked: z.optional(time).check(z.describe('When it was disproved: the outage had ended, and the setting was still the same.')),
    todo: z.nullable(remedyView).check(z.describe('What to do about it; null if it was disproved, or only says what could not be read.')),
  })
  .register(components, { id: 'Finding' });
export type FindingView = z.output<typeof findingView>;

/**
 * Shows a finding.
 *
 * @param names - of the cluster that it was made for, for the command that it asks for.
 */
export function viewFinding(finding: Finding, names: RemedyNames): FindingView {
  const asksForNothing = finding.kind === 'couldNotLook' || finding.revoked !== undefined;
  return { ...finding, todo: asksForNothing ? null : todoFor(finding, names) };
}

/** A change as the API shows it, which is as it is stored. */
export const changeView = z
  .object({
    time,
    resourceId,
    operation: z.string().check(z.describe('What was done, such as `Microsoft.Network/routeTables/routes/write`.')),
    property: z.optional(z.string()).check(z.describe('What changed of it, and its values before and after, where Azure says so.')),
    before: z.optional(z.string()),
    after: z.optional(z.string()),
    by: z.optional(z.string()).check(z.describe('`AKS itself`, an object id, or with `SHOW_CALLERS` a name.')),
  })
  .register(components, { id: 'Change' });
export type ChangeView = z.output<typeof changeView>;
