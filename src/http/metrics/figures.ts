import { type FamilyName, families, type LabelOf, PREFIX } from './families.ts';

/** The content type of the OpenMetrics text format. */
export const METRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** A distribution as a histogram shows it. */
export interface Distribution {
  /** Upper bounds, the lowest first; above the last one, everything is counted. */
  bounds: readonly number[];
  /** How many are in each bucket and in none of those before it: one more than there are bounds. */
  counts: readonly number[];
  sum: number;
}

/** The figures of one answer. */
export interface Figures {
  /** Adds a sample. The labels of a family are unique in it: a caller adds each once. */
  add<N extends Exclude<FamilyName, 'latency_seconds'>>(name: N, labels: Record<LabelOf<N>, string>, value: number): void;
  distribute(name: 'latency_seconds', labels: Record<LabelOf<'latency_seconds'>, string>, distribution: Distribution): void;
  /** All of them in the OpenMetrics text format. */
  text(): string;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };
const escaped = (text: string) => text.replace(/[\\"\n]/g, (each) => escapes[each]!);

const numberText = (value: number) =>
  value === Number.POSITIVE_INFINITY ? '+Inf' : value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
/** The bound of a bucket; the format wants `1.0` for 1. */
const boundText = (bound: number) => (Number.isInteger(bound) ? bound.toFixed(1) : numberText(bound));

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** The name of a family in its own lines, which is that of its samples without the suffix that its kind adds. */
export const familyName = (name: FamilyName) => `${PREFIX}${name.replace(/_(total|info)$/, '')}`;

/** What the format calls the unit of a family: the end of its name. */
const unitOf = (family: string) => /_(seconds|ratio)$/.exec(family)?.[1];

/** The samples of a distribution: its buckets count those below them too. */
function* bucketsOf({ bounds, counts, sum }: Distribution): Generator<[suffix: string, more: Record<string, string>, value: number]> {
  let below = 0;
  for (const [at, count] of counts.entries()) {
    below += count;
    yield ['_bucket', { le: at < bounds.length ? boundText(bounds[at]!) : '+Inf' }, below];
  }
  yield ['_sum', {}, sum];
  yield ['_count', {}, below];
}

/** Begins an answer without figures. */
export function gatherFigures(): Figures {
  const samples = new Map<FamilyName, string[]>();
  const write = (name: FamilyName, suffix: string, labels: Readonly<Record<string, string>>, value: number) => {
    const lines = samples.get(name) ?? [];
    samples.set(name, lines);
    lines.push(`${PREFIX}${name}${suffix}${labelsText(labels)} ${numberText(value)}\n`);
  };
  return {
    add: (name, labels, value) => write(name, '', labels, value),
    distribute(name, labels, distribution) {
      for (const [suffix, more, value] of bucketsOf(distribution)) write(name, suffix, { ...labels, ...more }, value);
    },
    text() {
      const parts: string[] = [];
      for (const [name, { kind, help }] of Object.entries(families) as [FamilyName, (typeof families)[FamilyName]][]) {
        const family = familyName(name);
        const unit = unitOf(family);
        parts.push(`# TYPE ${family} ${kind}\n`, ...(unit === undefined ? [] : [`# UNIT ${family} ${unit}\n`]));
        parts.push(`# HELP ${family} ${escaped(help)}\n`, ...(samples.get(name) ?? []));
      }
      return `${parts.join('')}# EOF\n`;
    },
  };
}
