import { viewFromOutside } from '../../probe/outside-view.ts';
import type { Services } from '../../services.ts';
import { readClusterFacts } from '../../tables/sweep-rows.ts';
import type { Ended } from './inspect.ts';

/** Appends to the messages of failed probes whether the prober itself reaches the API server; it tries once for all probes of a collection. */
export async function addOutsideView(services: Services, sweep: string, cluster: string, ended: readonly Ended[]): Promise<Ended[]> {
  if (!ended.some(({ result }) => result.verdict === 'unreachable')) return [...ended];
  const facts = await readClusterFacts(services.tables, sweep, cluster);
  if (facts === undefined) return [...ended];
  const view = await viewFromOutside(facts.fqdn, facts);
  return ended.map((each) =>
    each.result.verdict === 'unreachable' ? { ...each, result: { ...each.result, message: `${each.result.message}; ${view}` } } : each,
  );
}
