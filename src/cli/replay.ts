import { readFileSync } from 'node:fs';
import { formatDuration } from '../history/outage.ts';
import { intervalOf, type Recorded, readRecorded } from '../history/recorded-results.ts';
import { type Replayed, replay, type Thresholds } from '../history/replay.ts';
import { intervalAt } from '../model/schedule.ts';
import { readSettings, thresholdRanges } from '../settings.ts';
import { PROGRAM } from './program.ts';
import { readArguments } from './read-arguments.ts';
import { UsageError, usageError } from './usage-error.ts';

// Only defaults are read here, none of this machine's environment: a replay says the same everywhere.
const defaults = readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true' });

/** Where the results name fewer than two sweeps. */
const DEFAULT_INTERVAL_MS = intervalAt(defaults.SWEEP_SCHEDULE, new Date(0));

/** How this was called, for examples that can be copied. */
const called = import.meta.url.endsWith('.ts') ? 'npm run --silent replay --' : `${PROGRAM}-replay`;

const help = `Examples:
  ${called} results.json
  ${called} monday.json tuesday.json --thresholds 1/1,2/1,4/2
  ${called} - --json < results.ndjson

Replays recorded results through the rules of the service with other thresholds, and shows how often each pair would have notified.
A pair is FAILURE_THRESHOLD/RECOVERY_THRESHOLD. It sends nothing to Azure and writes nothing.

  FILE…                     results of the tables results<yyyymmdd>: one JSON object a line, a JSON array, or what
                            "az storage entity query" prints; - reads standard input
  --thresholds LIST         pairs to compare, 1/1,2/1,3/1,2/2,3/2 unless given
  --flap-window MINUTES     FLAP_WINDOW_MINUTES, ${defaults.FLAP_WINDOW_MINUTES} unless given
  --interval MINUTES        time between sweeps, that of the results unless given
  --quorum-percent N, --quorum-nodes N
                            CLUSTER_QUORUM_PERCENT and CLUSTER_QUORUM_NODES, ${defaults.CLUSTER_QUORUM_PERCENT} and ${defaults.CLUSTER_QUORUM_NODES} unless given
  --skip-bad                skip results that cannot be read, and say how many
  --json                    the counts as JSON

Exit status: 0 done, 2 usage error, or a result that cannot be read.
`;

interface Options {
  files: string[];
  texts: ReadonlyMap<string, string>;
  pairs: Thresholds[];
  flapWindowMs: number;
  intervalMs?: number;
  quorum: { percent: number; nodes: number };
  skipBad: boolean;
  json: boolean;
}

function rangeOf(name: keyof typeof thresholdRanges): [number, number] {
  const [low, high] = thresholdRanges[name];
  return [low, high];
}

function readNumber(flag: string, value: string, low: number, high: number, mistakes: string[]): number {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= low && number <= high)) mistakes.push(`expected a whole number from ${low} to ${high} for --${flag}, got "${value}"`);
  return number;
}

function readPairs(list: string, mistakes: string[]): Thresholds[] {
  const ranges = [thresholdRanges.FAILURE_THRESHOLD, thresholdRanges.RECOVERY_THRESHOLD];
  const [low, high] = thresholdRanges.FAILURE_THRESHOLD;
  return list.split(',').map((pair) => {
    const given = (/^(\d+)\/(\d+)$/.exec(pair.trim()) ?? []).slice(1).map(Number);
    const isPair = ranges.every(([least, most], position) => given[position]! >= least && given[position]! <= most);
    if (!isPair) mistakes.push(`expected pairs such as 2/1,3/2, of ${low} to ${high} each, for --thresholds, got "${pair}"`);
    const [failures = Number.NaN, recoveries = Number.NaN] = given;
    return { failures, recoveries };
  });
}

/** Reads the files. Standard input is read only if there is no mistake so far, since it may never end. */
function readTexts(files: readonly string[], mistakes: string[]): Map<string, string> {
  const texts = new Map<string, string>();
  for (const file of [...files].sort((a, b) => Number(a === '-') - Number(b === '-')))
    try {
      if (file !== '-' || mistakes.length === 0) texts.set(file, readFileSync(file === '-' ? 0 : file, 'utf8').replace(/^\uFEFF/, ''));
    } catch (error) {
      mistakes.push(`expected a file with results, could not read ${file}: ${(error as Error).message}`);
    }
  return texts;
}

function readOptions(args: string[]): Options | undefined {
  const text = (value: number | string) => ({ type: 'string', default: String(value) }) as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values, positionals, mistakes } = readArguments(args, {
    thresholds: text('1/1,2/1,3/1,2/2,3/2'),
    'flap-window': text(defaults.FLAP_WINDOW_MINUTES),
    interval: { type: 'string' },
    'quorum-percent': text(defaults.CLUSTER_QUORUM_PERCENT),
    'quorum-nodes': text(defaults.CLUSTER_QUORUM_NODES),
    'skip-bad': flag,
    json: flag,
    help: { ...flag, short: 'h' },
  });
  if (values.help) return undefined;
  if (positionals.length === 0) mistakes.push('expected at least one FILE with results, or -, got none');
  const number = (name: 'flap-window' | 'interval' | 'quorum-percent' | 'quorum-nodes', low: number, high: number) =>
    readNumber(name, values[name]!, low, high, mistakes);
  const read = {
    files: positionals,
    pairs: readPairs(values.thresholds, mistakes),
    flapWindowMs: number('flap-window', ...rangeOf('FLAP_WINDOW_MINUTES')) * 60_000,
    intervalMs: values.interval === undefined ? undefined : number('interval', 1, 1440) * 60_000,
    quorum: {
      percent: number('quorum-percent', ...rangeOf('CLUSTER_QUORUM_PERCENT')),
      nodes: number('quorum-nodes', ...rangeOf('CLUSTER_QUORUM_NODES')),
    },
    skipBad: values['skip-bad'],
    json: values.json,
  };
  const texts = readTexts(positionals, mistakes);
  if (mistakes.length > 0) throw usageError(mistakes);
  return { ...read, texts };
}

/** A result from a file, and its position there. */
interface Found {
  where: string;
  value: unknown;
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Finds the results in a file of any supported format. A line that is not JSON is returned as text. */
function* findResults(name: string, text: string): Generator<Found> {
  const whole = parse(text)?.value;
  const list = Array.isArray(whole) ? { items: whole } : (whole as { items?: unknown; value?: unknown; nextMarker?: object } | undefined);
  const items = list?.items ?? list?.value;
  if (Array.isArray(items)) {
    if (Object.values(list?.nextMarker ?? {}).some(Boolean))
      process.stderr.write(`${name} holds one page of several: export it again without --num-results, or add the pages that follow\n`);
    for (const [position, value] of items.entries()) yield { where: `${name}, result ${position + 1}`, value };
    return;
  }
  for (const [position, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const parsed = parse(line);
    yield { where: `${name}, line ${position + 1}`, value: parsed === undefined ? line.trim() : parsed.value };
  }
}

function readFiles({ files, texts, skipBad }: Options): { results: Recorded[]; skipped: number } {
  const results: Recorded[] = [];
  let skipped = 0;
  for (const file of files)
    for (const { where, value } of findResults(file === '-' ? 'standard input' : file, texts.get(file)!)) {
      const read = readRecorded(value);
      if (typeof read !== 'string') results.push(read);
      else if (skipBad) skipped += 1;
      else throw new UsageError(`${where}: ${read}; correct it, or leave such results out with --skip-bad`);
    }
  if (results.length === 0) throw new UsageError(`expected at least one result in ${files.join(', ')}, got none`);
  return { results, skipped };
}

const nameOf = ({ failures, recoveries }: Thresholds) => `${failures}/${recoveries}`;
const times = (count: number) => ['never', 'once', 'twice'][count] ?? `${count} times`;

/** Summarizes the counts in one sentence. */
function summarize(outcomes: readonly Replayed[]): string {
  const parts = outcomes.map((each, n) => `${nameOf(each)}${n === 0 ? ' would have notified' : ''} ${times(each.notifications)}`);
  return `${parts.join(', ')}.`.replace('would have notified never', 'would never have notified');
}

function toTable(outcomes: readonly Replayed[]): string {
  const head = ['thresholds', 'notifications', 'node outages', 'cluster outages', 'flaps', 'mean time to detect'];
  const rows = outcomes.map((each) => [
    nameOf(each),
    ...[each.notifications, each.nodeOutages, each.clusterOutages, each.flaps].map(String),
    each.meanDetectMs === null ? '-' : formatDuration(each.meanDetectMs),
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, n) => (n === 0 ? cell.padEnd(widths[n]!) : cell.padStart(widths[n]!))).join('  ');
  return [head, ...rows].map(line).join('\n');
}

function main(): void {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    process.stdout.write(help);
    return;
  }
  const { results, skipped } = readFiles(options);
  if (skipped > 0)
    process.stderr.write(`${skipped} result${skipped === 1 ? '' : 's'} could not be read and ${skipped === 1 ? 'was' : 'were'} left out\n`);
  const { flapWindowMs, quorum, intervalMs = intervalOf(results, DEFAULT_INTERVAL_MS) } = options;
  const probeDeadlineMs = defaults.PROBE_DEADLINE_SECONDS * 1000;
  const outcomes = options.pairs.map((pair) => replay(results, pair, { flapWindowMs, intervalMs, quorum, probeDeadlineMs }));
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ results: results.length, skipped, intervalMinutes: intervalMs / 60_000, outcomes })}\n`);
    return;
  }
  const of = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
  const nodes = new Set(results.map(({ cluster, node }) => `${cluster}|${node}`)).size;
  const clusters = new Set(results.map(({ cluster }) => cluster)).size;
  const scope = `${of(results.length, 'result')} of ${of(nodes, 'node')} in ${of(clusters, 'cluster')}, a sweep every ${formatDuration(intervalMs)}`;
  process.stdout.write(`${scope}\n\n${toTable(outcomes)}\n\n${summarize(outcomes)}\n`);
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
