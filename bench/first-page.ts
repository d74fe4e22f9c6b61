import { type FirstPageFigures, measureFirstPage } from './measure-first-page.ts';

const MOST_RANGE_READS = 1;
const MOST_CPU_MS = 10;
const MOST_P95_MS = 250;

/** A figure, its requirement, and whether it is met. */
type Line = [figure: string, value: number, required: string, holds: boolean];

/** Compares the figures with what is required of them. Pure. */
function judge(figures: FirstPageFigures): Line[] {
  const { rangeReads, pointReads, kilobytesRead, cpuMsRead, cpuMsKept, p95Same, p95Kept, p95Own } = figures;
  const atMost = (figure: string, value: number, most: number, unit: string): Line => [figure, value, `≤ ${most}${unit}`, value <= most];
  return [
    ['nodes of the cluster', figures.nodes, '', true],
    atMost('range reads of a page', rangeReads, MOST_RANGE_READS, ''),
    ['point reads of a page', pointReads, '', true],
    ['kilobytes read for a page', kilobytesRead, '', true],
    atMost('CPU time of the host, ms, page read', cpuMsRead, MOST_CPU_MS, ' ms'),
    atMost('CPU time of the host, ms, page kept', cpuMsKept, MOST_CPU_MS, ' ms'),
    atMost('20 at once, p95, ms, first to ask', p95Same, MOST_P95_MS, ' ms'),
    atMost('20 at once, p95, ms, page kept', p95Kept, MOST_P95_MS, ' ms'),
    ['20 at once, p95, ms, a page each', p95Own, '', true],
  ];
}

/**
 * Measures the first page of the nodes of a large cluster, and prints its cost.
 *
 * @param appDir - the built app.
 * @returns a sentence for each required figure that is missed.
 */
export async function benchFirstPage(appDir: string): Promise<string[]> {
  const lines = judge(await measureFirstPage(appDir));
  for (const [figure, value, required, holds] of lines)
    process.stdout.write(
      `${figure.padEnd(38)}${String(value).padStart(8)}  ${required.padEnd(9)}${required === '' ? '' : holds ? 'ok' : 'NO'}\n`,
    );
  const broken = lines.filter(([, , , holds]) => !holds);
  return broken.map(([figure, value, required]) => `expected ${figure} to be ${required}, got ${value}`);
}
