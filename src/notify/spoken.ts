import { parseClusterId } from '../model/resource-id.ts';

const ACRONYMS = new Set(['api', 'dns', 'http', 'nat', 'nsg', 'os', 'tls']);

/** A code of a reason or a finding as people say it: `NsgDenies` becomes `NSG denies`. */
export function spoken(code: string): string {
  return code
    .split(/(?=[A-Z])/)
    .map((word) => word.toLowerCase())
    .map((word) => (ACRONYMS.has(word) ? word.toUpperCase() : word))
    .join(' ');
}

/** The time of day of a moment, as subjects have it: `03:02 UTC`. */
export function timeOfDay(time: string): string {
  return Number.isNaN(Date.parse(time)) ? 'an unknown time' : `${new Date(time).toISOString().slice(11, 16)} UTC`;
}

/** The last name in a resource id, which people know the resource by. */
export function lastName(resourceId: string): string {
  return resourceId.split('/').filter(Boolean).at(-1) ?? resourceId;
}

/** The name of a cluster, of its id. */
export function clusterName(cluster: string): string {
  return parseClusterId(cluster)?.name ?? cluster;
}
