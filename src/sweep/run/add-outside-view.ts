import { viewFromOutside } from '../../probe/outside-view.ts';
import type { Services } from '../../services.ts';
import { readClusterFacts } from '../../tables/sweep-rows.ts';
import type { Ended } from './inspect.ts';

/** Adds how the API server looks from outside to the messages of failed probes; one attempt serves all of a collection. */
export async function addOutsideView(services: Services, sweep: string, cluster: string, ended: readonly Ended[]): Promise<Ended[]> {
  if (!ended.some(({ result }) => result.verdict === 'unreachable')) return [...ended];
  const facts = await readClusterFacts(services.tables, sweep, cluster);
  if (facts === undefined) return [...ended];
  const view = await viewFromOutside(facts.fqdn, facts);
  return ended.map((each) =>
    each.result.verdict === 'unreachable' ? { ...each, result: { ...each.result, message: `${each.result.message}; ${view}` } } : each,
  );
}
