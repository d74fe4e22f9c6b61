/** The tag that takes a cluster or a pool out of the fleet. */
export const OFF_TAG = { name: 'aks-fleet-prober', value: 'off' } as const;

function matchesGlob(glob: string, text: string): boolean {
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${pattern}$`, 'iu').test(text);
}

/** Whether tags say `aks-fleet-prober=off`, in any letter case. */
export function isSwitchedOff(tags: Readonly<Record<string, string>> | undefined): boolean {
  return Object.entries(tags ?? {}).some(([name, value]) => name.toLowerCase() === OFF_TAG.name && value.toLowerCase() === OFF_TAG.value);
}

/**
 * Whether a cluster belongs to the watched fleet by its name; a pattern without a slash is matched against the whole `resourceGroup/name`, as `*` is.
 *
 * @param name - `resourceGroup/name`
 */
export function isSelected(name: string, include: readonly string[], exclude: readonly string[]): boolean {
  return include.some((glob) => matchesGlob(glob, name)) && !exclude.some((glob) => matchesGlob(glob, name));
}
