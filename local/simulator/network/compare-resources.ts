import type { Resource, Resources } from './resource.ts';

/** A property that changed, with its values as text, `null` where it was not there. */
type PropertyChange = { previousValue: string | null; newValue: string | null; propertyChangeType: 'Insert' | 'Update' | 'Remove' };

/** A resource that is new, gone or different. */
export type ResourceChange = {
  kind: 'Create' | 'Update' | 'Delete';
  /** As it is after the change, or was before it was deleted. */
  resource: Resource;
  /** By path, such as `properties.routes["def"].properties.nextHopIpAddress`; only of updates. */
  changes: Readonly<Record<string, PropertyChange>>;
  /** What was written or deleted: the resource itself, or members of its lists that are written by themselves. */
  writes: readonly { id: string; type: string; verb: 'write' | 'delete' }[];
};

/** Lists whose members are resources of their own in Azure. */
const listsOfChildren = ['routes', 'securityRules', 'virtualNetworkPeerings'] as const;
type Child = { id: string; type: string };

/** Finds what differs between two states of the same resources. */
export function compareResources(before: Resources, after: Resources): ResourceChange[] {
  const changed = [...after].flatMap(([id, resource]): ResourceChange[] => {
    const old = before.get(id);
    if (old === resource) return [];
    if (old === undefined) return [{ kind: 'Create', resource, changes: {}, writes: [writeOf(resource)] }];
    const changes = compareProperties(old.properties, resource.properties);
    return Object.keys(changes).length === 0 ? [] : [{ kind: 'Update', resource, changes, writes: writesOf(old, resource, changes) }];
  });
  const gone = [...before].flatMap(([id, resource]): ResourceChange[] =>
    after.has(id) ? [] : [{ kind: 'Delete', resource, changes: {}, writes: [{ ...writeOf(resource), verb: 'delete' }] }],
  );
  return [...changed, ...gone];
}

function writeOf({ id, type }: Child): ResourceChange['writes'][number] {
  return { id, type, verb: 'write' };
}

function writesOf(old: Resource, resource: Resource, changes: ResourceChange['changes']): ResourceChange['writes'] {
  const isInList = (path: string) => listsOfChildren.some((list) => path.startsWith(`properties.${list}[`));
  if (!Object.keys(changes).every(isInList)) return [writeOf(resource)];
  return listsOfChildren.flatMap((list) => {
    const childrenOf = ({ properties }: Resource) => new Map(((properties[list] ?? []) as Child[]).map((child) => [child.id, child]));
    const [was, is] = [childrenOf(old), childrenOf(resource)];
    const written = [...is.values()].filter((child) => JSON.stringify(child) !== JSON.stringify(was.get(child.id)));
    const deleted = [...was.values()].filter(({ id }) => !is.has(id));
    return [...written.map(writeOf), ...deleted.map((child) => ({ ...writeOf(child), verb: 'delete' as const }))];
  });
}

/** The properties that differ, by path from the resource. */
function compareProperties(before: object, after: object): Record<string, PropertyChange> {
  const [old, young] = [new Map(flatten('properties', before)), new Map(flatten('properties', after))];
  const changes: Record<string, PropertyChange> = {};
  for (const path of new Set([...old.keys(), ...young.keys()])) {
    const [previousValue = null, newValue = null] = [old.get(path), young.get(path)];
    if (previousValue === newValue) continue;
    const propertyChangeType = previousValue === null ? 'Insert' : newValue === null ? 'Remove' : 'Update';
    changes[path] = { previousValue, newValue, propertyChangeType };
  }
  return changes;
}

function flatten(path: string, value: unknown): [string, string][] {
  if (Array.isArray(value)) return value.flatMap((each, index) => flatten(`${path}[${keyOf(each, index)}]`, each));
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  return Object.entries(value).flatMap(([name, each]) => (name === 'etag' ? [] : flatten(`${path}.${name}`, each)));
}

function keyOf(member: unknown, index: number): string {
  return typeof member === 'object' && member !== null && 'name' in member ? JSON.stringify(member.name) : String(index);
}
