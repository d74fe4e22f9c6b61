import { msPerStart } from '../../model/pace.ts';

/** Half of the requests that Azure Resource Manager grants an identity at once in a subscription, whatever their regions. */
const MOST_AT_ONCE = 100;
/** The largest share of an interval by which a region begins later than others. */
const MOST_OF_INTERVAL = 0.1;

/**
 * Finds the delays of the first slices of the regions of a subscription. The pace is kept for each region alone: without delays, all of them would start
 * a slice at the same moments. Regions that are small enough together begin together. Pure.
 *
 * @param nodes - how many nodes are probed in each region.
 * @returns milliseconds by region, the same in each sweep.
 */
export function staggerRegions(
  nodes: ReadonlyMap<string, number>,
  settings: { STARTS_PER_MINUTE: number; NODES_PER_SLICE: number },
  intervalMs: number,
): Map<string, number> {
  const waves = new Map<string, number>();
  let [wave, together] = [0, 0];
  for (const region of [...nodes.keys()].sort()) {
    const atOnce = Math.min(nodes.get(region)!, settings.NODES_PER_SLICE);
    if (together > 0 && together + atOnce > MOST_AT_ONCE) [wave, together] = [wave + 1, 0];
    together += atOnce;
    waves.set(region, wave);
  }
  // From one slice of a region to its next.
  const slice = settings.NODES_PER_SLICE * msPerStart(settings, false);
  const step = Math.min(slice, intervalMs * MOST_OF_INTERVAL) / (wave + 1);
  return new Map([...waves].map(([region, nth]) => [region, Math.round(nth * step)]));
}
