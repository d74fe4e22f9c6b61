import type { Figures } from './measure.ts';
import { type AllFigures, type Requirement, timeGrowth } from './required.ts';

interface Line {
  figure: string;
  /** The requirement that it must meet. */
  key?: string;
  cells: (string | number)[];
}

const count = new Intl.NumberFormat('en-US');

/** Lays the figures out as a table: one column for each fleet, the requirement, and whether it is met. Pure. */
export function layOutTable(all: AllFigures, requirements: readonly Requirement[]): string {
  const [small, big, biggest] = all;
  const each = (figure: string, value: (figures: Figures) => string | number, key?: string): Line => ({
    figure,
    key,
    cells: all.map(value),
  });
  const growth = ({ peakMegabytes }: Figures) => `${(peakMegabytes / small.peakMegabytes).toFixed(2)} ×`;
  const lines: Line[] = [
    each('clusters', ({ clusters }) => clusters),
    each('probes', ({ probes }) => count.format(probes)),
    each('not probed, over budget', ({ ledger }) => count.format(ledger.byOutcome['notProbed/OverBudget'] ?? 0)),
    each('ARM requests per probe', ({ armRequestsPerProbe }) => armRequestsPerProbe.toFixed(3), 'armRequestsPerProbe'),
    each('ARM requests of the inventory', ({ inventoryRequests }) => count.format(inventoryRequests)),
    { figure: 'storage transactions per probe', key: 'storagePerProbe', cells: [small.storagePerProbe, big.storagePerProbe, ''] },
    each('storage transactions per node', ({ storagePerNode }) => storagePerNode),
    each('storage kilobytes read per node', ({ storageKilobytesPerNode }) => storageKilobytesPerNode),
    each('polls of the listener', ({ listenerPolls }) => count.format(listenerPolls)),
    each('peak memory of the host, MB', ({ peakMegabytes }) => peakMegabytes),
    { figure: '  end to end', key: 'memoryGrowth', cells: ['1.00 ×', growth(big), ''] },
    { figure: '  expansion', key: 'memoryGrowthOfExpansion', cells: ['', '', growth(biggest)] },
    each('executions, planned', ({ executions }) => Math.round(executions.planned)),
    each('executions, counted', ({ executions }) => executions.counted, 'executions'),
    each('billed seconds, planned', ({ billedSeconds }) => Math.round(billedSeconds.planned)),
    each('billed seconds, counted', ({ billedSeconds }) => Math.round(billedSeconds.counted), 'billedSeconds'),
    each('most starts of a region in 10 s', ({ mostStartsIn10Seconds }) => mostStartsIn10Seconds, 'mostStartsIn10Seconds'),
    each('CPU time of the host per node, ms', ({ hostCpuMsPerNode }) => hostCpuMsPerNode.toFixed(2)),
    { figure: '  to that of the smaller fleet', key: 'timeGrowth', cells: ['1.00 ×', `${timeGrowth(small, big).toFixed(2)} ×`, ''] },
    each('seconds of the sweep', ({ sweepSeconds }) => sweepSeconds),
    each('nodes without an outcome', ({ ledger }) => ledger.withoutOutcome, 'withoutOutcome'),
    each('nodes with several outcomes', ({ ledger }) => ledger.withSeveral, 'withSeveral'),
    each('nodes without a row', ({ ledger }) => ledger.withoutRow, 'withoutRow'),
    each('runs on a node that had one', ({ conflicts }) => conflicts, 'conflicts'),
    each('probes without "reachable"', ({ probes, ledger }) => probes - (ledger.byOutcome['reachable/Reachable'] ?? 0), 'notReachable'),
  ];
  const rows = lines.map(({ figure, key, cells }) => {
    const requirement = requirements.find((known) => known.figure === key);
    const verdict = requirement === undefined ? '' : requirement.holds ? 'ok' : 'NO';
    return [figure, ...cells.map(String), requirement?.required ?? '', verdict];
  });
  const head = ['figure', ...all.map(({ nodes }) => count.format(nodes)), 'required', ''];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const write = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ');
  return [write(head), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(write)].map((line) => line.trimEnd()).join('\n');
}
