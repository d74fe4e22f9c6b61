import { portalUrl, type Settings } from '../settings.ts';

type Query = Readonly<Record<string, string | undefined>>;

/** Addresses of the pages. They never contain a key. */
export interface Links {
  fleet(query?: Query): string;
  cluster(cluster: string, query?: Query): string;
  node(cluster: string, node: string): string;
  incident(id: string): string;
  /** @param node - undefined for the outage of the cluster itself. */
  outage(cluster: string, node: string | undefined, start: string): string;
  incidents: string;
  outages: string;
  sweeps: string;
  reasons: string;
  reason(code: string): string;
  check(id: string): string;
  /** Where the form that checks a node is posted. */
  checkNow(cluster: string, node: string): string;
  /** A resource in the portal of the cloud that is watched. */
  portal(resourceId: string): string;
}

/** An address with those parameters that have a value. */
function withQuery(address: string, query: Query = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '');
  const search = new URLSearchParams(given).toString();
  return search === '' ? address : `${address}?${search}`;
}

/**
 * The links of a page.
 *
 * @param base - the path of the page of the fleet, without a slash at its end.
 */
export function linksAt(settings: Settings, base: string): Links {
  const to = (path: readonly string[], query?: Query) => withQuery([base, ...path.map(encodeURIComponent)].join('/') || '/', query);
  const node = (cluster: string, name: string) => ['clusters', cluster, 'nodes', name];
  return {
    fleet: (query) => to([], query),
    cluster: (cluster, query) => to(['clusters', cluster], query),
    node: (cluster, name) => to(node(cluster, name)),
    incident: (id) => to(['incidents', id]),
    outage: (cluster, name, start) => to(['clusters', cluster, 'outages', name ?? '*', start]),
    incidents: to(['incidents']),
    outages: to(['outages']),
    sweeps: to(['sweeps']),
    reasons: to(['reasons']),
    reason: (code) => `${to(['reasons'])}#${encodeURIComponent(code)}`,
    check: (id) => to(['checks', id]),
    checkNow: (cluster, name) => to([...node(cluster, name), 'check']),
    portal: (resourceId) => portalUrl(settings, resourceId),
  };
}
