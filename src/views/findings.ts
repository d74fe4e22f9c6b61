import { todoFor } from '../diagnose/evaluate/todo.ts';
import { type Finding, findingCodes, findingKinds } from '../model/finding.ts';
import * as z from '../zod.ts';
import { components, time } from './components.ts';
import { type RemedyNames, remedyView } from './remedies.ts';

const resourceId = z.described(z.string(), 'The id of the resource in Azure.');

/** A finding as the API shows it: as it is stored, with what to do about it. */
export const findingView = z
  .object({
    code: z.enum(findingCodes),
    kind: z.described(
      z.enum(findingKinds),
      'A `cause` makes the connection impossible, by settings as they were read; a `suspicion` may have to do with it; `couldNotLook` says what was not read.',
    ),
    sentence: z.string(),
    resourceId: z.optional(resourceId),
    evidence: z.described(
      z.readonly(
        z.array(
          z.object({
            resourceId,
            setting: z.string(),
            value: z.string(),
            portal: z.described(z.optional(z.string()), 'Its page in the Azure portal.'),
          }),
        ),
      ),
      'The settings as they were read.',
    ),
    changedAt: z.described(z.optional(time), 'The latest change of it since an hour before the outage.'),
    changedBy: z.described(z.optional(z.string()), '`AKS itself`, an object id, or with `SHOW_CALLERS` a name.'),
    foundAt: time,
    revoked: z.described(z.optional(time), 'When it was disproved: the outage had ended, and the setting was still the same.'),
    todo: z.described(z.nullable(remedyView), 'What to do about it; null if it was disproved, or only says what could not be read.'),
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
    operation: z.described(z.string(), 'What was done, such as `Microsoft.Network/routeTables/routes/write`.'),
    property: z.described(z.optional(z.string()), 'What changed of it, and its values before and after, where Azure says so.'),
    before: z.optional(z.string()),
    after: z.optional(z.string()),
    by: z.described(z.optional(z.string()), '`AKS itself`, an object id, or with `SHOW_CALLERS` a name.'),
  })
  .register(components, { id: 'Change' });
export type ChangeView = z.output<typeof changeView>;
