import { AKS_ITSELF, type Change } from '../../model/finding.ts';

/** Who changed something, as far as a log says. */
export interface Caller {
  /** A name as people write it, such as `ana@contoso.com`. */
  name?: string;
  /** The object id of a person, a group or an identity. */
  objectId?: string;
  /** The application by which it was done. */
  applicationId?: string;
}

/** An operation of the Activity Log that succeeded or was accepted. */
export interface LoggedOperation {
  time: string;
  resourceId: string;
  operation: string;
  caller: Caller;
}

/** A difference that Resource Graph has detected, minutes after it was made. */
export interface DetectedChange {
  time: string;
  resourceId: string;
  operation: string;
  caller: Caller;
  properties: readonly { property: string; before?: string; after?: string }[];
}

/** Resource Graph detects a change so long after it was made, usually; the clocks of the two differ a little. */
const DETECTED_WITHIN_MS = 600_000;
const SKEW_MS = 60_000;
/** Long enough for most ids of resources. */
const LONGEST_VALUE = 300;
/** The application of AKS's own resource provider, the same in every tenant: https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in */
const AKS_APPLICATION = '7319c514-987d-4e9b-ac3d-d38c4f427f4c';

/** What people see of a caller: names only where the settings allow it, since they are personal data. */
function nameOf({ name, objectId, applicationId }: Caller, identities: readonly string[], showNames: boolean): string | undefined {
  const ids = [objectId, name, applicationId].map((id) => id?.toLowerCase());
  if (ids.some((id) => id !== undefined && (id === AKS_APPLICATION || identities.includes(id)))) return AKS_ITSELF;
  const isId = name !== undefined && /^[0-9a-f-]{36}$/i.test(name);
  return showNames ? (name ?? objectId) : (objectId ?? (isId ? name : undefined));
}

const contains = (outer: string, inner: string) => inner === outer || inner.startsWith(`${outer}/`);

/** Whether two ids are those of one resource, or of a resource and a part of it, such as a route table and one of its routes. */
export function isSameOrPart(one: string, other: string): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  return contains(a, b) || contains(b, a);
}

/** A value as it is shown; with addresses of people only where their names may be. */
function shownValue(text: string | undefined, showNames: boolean): string | undefined {
  const known = showNames ? text : text?.replace(/[^\s"'<>@]+@[^\s"'<>@]+\.\w+/g, '…@…');
  return known !== undefined && known.length > LONGEST_VALUE ? `${known.slice(0, LONGEST_VALUE)}…` : known;
}

/**
 * Joins both change logs to one list, newest first: the Activity Log knows the time and the caller, Resource Graph the values before and after. Pure.
 *
 * @param isRelevant - whether a resource lies on the way of the nodes, or is the cluster.
 * @param identities - object ids in lower case by which AKS works for the cluster.
 * @param showNames - whether callers are named; otherwise only by their object ids.
 */
export function joinChanges(
  logged: readonly LoggedOperation[],
  detected: readonly DetectedChange[],
  isRelevant: (resourceId: string) => boolean,
  identities: readonly string[],
  showNames: boolean,
): Change[] {
  const taken = new Set<LoggedOperation>();
  const ours = logged.filter(({ resourceId }) => isRelevant(resourceId));
  const fromGraph = detected
    .filter(({ resourceId }) => isRelevant(resourceId))
    .flatMap((each): Change[] => {
      const after = Date.parse(each.time);
      const match = ours
        .filter(({ resourceId, time }) => {
          const ago = after - Date.parse(time);
          return isSameOrPart(resourceId, each.resourceId) && ago >= -SKEW_MS && ago <= DETECTED_WITHIN_MS;
        })
        .sort((a, b) => (a.time < b.time ? 1 : -1))[0];
      if (match !== undefined) taken.add(match);
      const { time, operation, resourceId } = match ?? each;
      const by = nameOf(match?.caller ?? each.caller, identities, showNames);
      const common = { time, resourceId, operation, ...(by !== undefined && { by }) };
      if (each.properties.length === 0) return [common];
      return each.properties.map(({ property, before, after: now }) => ({
        ...common,
        property,
        before: shownValue(before, showNames),
        after: shownValue(now, showNames),
      }));
    });
  const fromLog = ours
    .filter((each) => !taken.has(each))
    .map(({ time, resourceId, operation, caller }): Change => {
      const by = nameOf(caller, identities, showNames);
      return { time, resourceId, operation, ...(by !== undefined && { by }) };
    });
  const order = (a: Change, b: Change) => (a.time < b.time ? 1 : a.time > b.time ? -1 : a.resourceId < b.resourceId ? -1 : 1);
  return [...fromGraph, ...fromLog].sort(order);
}
