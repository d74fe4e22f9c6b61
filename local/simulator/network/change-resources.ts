import type { Resource, Resources } from './resource.ts';

/** The resource with an id. */
export function find(resources: Resources, id: string): Resource {
  const found = resources.get(id.toLowerCase());
  if (found === undefined) throw new Error(`Expected ${id} to be among the simulated resources.`);
  return found;
}

/** Resources, with others that are new or take the place of those of the same id. */
export function put(resources: Resources, ...others: readonly Resource[]): Resources {
  return new Map([...resources, ...others.map((each) => [each.id.toLowerCase(), each] as const)]);
}

/** Resources, with other properties of one of them; `undefined` takes a property away. A resource that is gone stays gone. */
export function change(
  resources: Resources,
  id: string,
  properties: (before: Record<string, unknown>) => Record<string, unknown>,
): Resources {
  const before = resources.get(id.toLowerCase());
  if (before === undefined) return resources;
  const after = Object.entries({ ...before.properties, ...properties(before.properties) }).filter(([, value]) => value !== undefined);
  return put(resources, { ...before, properties: Object.fromEntries(after) });
}

/** Resources without those that have one of the ids. */
export function remove(resources: Resources, ...ids: readonly string[]): Resources {
  const gone = new Set(ids.map((id) => id.toLowerCase()));
  return new Map([...resources].filter(([id]) => !gone.has(id)));
}
