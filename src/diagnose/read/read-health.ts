import type { Configuration } from '../evaluate/configuration.ts';
import { clusterHealthKind, serviceIssuesKind } from './kinds/health.ts';
import { mapRead } from './read-path.ts';
import type { SettingsReader } from './read-settings.ts';

/**
 * Reads what Azure says of the health of a cluster, and of AKS in its region.
 *
 * @param region - in one word, such as `westeurope`; undefined where it is not known, so that no issue is known to be of it.
 */
export async function readHealth(
  reader: SettingsReader,
  clusterId: string,
  region: string | undefined,
): Promise<Pick<Configuration, 'health' | 'issues'>> {
  const [health, events] = await Promise.all([
    reader.read(`${clusterId}/providers/Microsoft.ResourceHealth/availabilityStatuses/current`, clusterHealthKind),
    reader.ask(
      `/subscriptions/${clusterId.split('/')[2]}/providers/Microsoft.ResourceHealth/events?api-version=${serviceIssuesKind.apiVersion}`,
      { id: 'the events of Azure Service Health', kind: serviceIssuesKind },
    ),
  ]);
  const issues = mapRead(events, (all) =>
    all.filter(({ regions }) => region !== undefined && regions.includes(region)).map(({ regions: _, ...issue }) => issue),
  );
  return { health, issues };
}
