import { MAINTENANCE_TAG, readMaintenanceTag } from '../model/maintenance-tag.ts';

/** A mistake that a script has made on every cluster must not be a page of its own. */
const MOST_WARNINGS = 20;

/**
 * Finds what of the tags on clusters, which say when they are in maintenance, cannot be followed: such a window silences nobody, and somebody is to
 * know. Pure.
 *
 * @returns a sentence for each, 20 at most, and one that counts the rest.
 */
export function maintenanceWarnings(clusters: readonly { cluster: string; maintenanceTag?: string }[]): string[] {
  const all = clusters.flatMap(({ cluster, maintenanceTag }) =>
    readMaintenanceTag(maintenanceTag).mistakes.map((mistake) => `the tag ${MAINTENANCE_TAG} of ${cluster}: ${mistake}`),
  );
  const shown = all.slice(0, MOST_WARNINGS);
  const left = all.length - shown.length;
  return left > 0 ? [...shown, `${left} more windows of tags ${MAINTENANCE_TAG} cannot be followed`] : shown;
}
