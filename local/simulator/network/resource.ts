import { guidOf } from '../guid-of.ts';

/** A resource as Azure Resource Manager shows it, without its `etag`. */
export type Resource = {
  id: string;
  name: string;
  /** With the namespace, such as `Microsoft.Network/virtualNetworks/subnets`. */
  type: string;
  location?: string;
  sku?: { name: string; tier?: string };
  properties: Record<string, unknown>;
};

/** Resources by id in lower case. */
export type Resources = ReadonlyMap<string, Resource>;

/** Where a resource is: its subscription and its resource group. */
export type Group = { subscriptionId: string; resourceGroup: string };

/** The id of a resource, from its type and one name for each part of that. */
export function idOf({ subscriptionId, resourceGroup }: Group, type: string, ...names: string[]): string {
  const [namespace, ...kinds] = type.split('/');
  const path = kinds.map((kind, index) => `${kind}/${names[index]}`).join('/');
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/${namespace}/${path}`;
}

/** Makes a resource from its id, which says what it is. */
export function resource(id: string, properties: Record<string, unknown>, more: Pick<Resource, 'location' | 'sku'> = {}): Resource {
  const [namespace, ...path] = (id.split('/providers/').at(-1) ?? '').split('/');
  const kinds = path.filter((_, index) => index % 2 === 0);
  return {
    id,
    name: path.at(-1) ?? '',
    type: [namespace, ...kinds].join('/'),
    ...more,
    properties: { provisioningState: 'Succeeded', ...properties },
  };
}

/** A part of a resource that has a name, an id and properties of its own, as the members of most lists have. */
export function part(parentId: string, kind: string, name: string, properties: Record<string, unknown>) {
  return {
    id: `${parentId}/${kind}/${name}`,
    name,
    etag: etagOf(properties),
    type: `${resource(parentId, {}).type}/${kind}`,
    properties: { provisioningState: 'Succeeded', ...properties },
  };
}

/** The name of the resource that an id means. */
export function nameIn(id: string): string {
  return id.split('/').at(-1) ?? '';
}

/** The version of what Azure shows, which differs whenever that differs. */
export function etagOf(properties: Record<string, unknown>): string {
  return `W/"${guidOf(JSON.stringify(properties))}"`;
}
