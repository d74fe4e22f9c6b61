/** The tag that excludes a cluster or a pool from the fleet. */
export const OFF_TAG = { name: 'aks-fleet-prober', value: 'off' } as const;

function matchesGlob(glob: string, text: string): boolean {
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${pattern}$`, 'iu').test(text);
}

/** Whether tags contain `aks-fleet-prober=off`, in any letter case. */
export function isSwitchedOff(tags: Readonly<Record<string, string>> | undefined): boolean {
  return Object.entries(tags ?? {}).some(([name, value]) => name.toLowerCase() === OFF_TAG.name && value.toLowerCase() === OFF_TAG.value);
}

/** Globs on `resourceGroup/name`; `*` matches slashes too. */
export interface Selection {
  include: readonly string[];
  exclude: readonly string[];
}

/** The selection that the settings give. */
export function selectionOf(settings: { INCLUDE_CLUSTERS: readonly string[]; EXCLUDE_CLUSTERS: readonly string[] }): Selection {
  return { include: settings.INCLUDE_CLUSTERS, exclude: settings.EXCLUDE_CLUSTERS };
}

/**
 * Decides by its name whether a cluster belongs to the watched fleet, and lists the globs that match it.
 *
 * @param name - `resourceGroup/name`
 */
export function select(name: string, { include, exclude }: Selection): { selected: boolean; matched: string[] } {
  const included = include.filter((glob) => matchesGlob(glob, name));
  const excluded = exclude.filter((glob) => matchesGlob(glob, name));
  return { selected: included.length > 0 && excluded.length === 0, matched: [...included, ...excluded] };
}
