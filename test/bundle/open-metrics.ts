const LABELS = String.raw`\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*\}`;
const SAMPLE = new RegExp(String.raw`^([a-zA-Z_:][\w:]*)(${LABELS})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|NaN|[+-]Inf)$`);
/** What the names of the samples of a family add to its own, by its type. */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  gauge: [''],
  counter: ['_total'],
  histogram: ['_bucket', '_sum', '_count'],
  info: ['_info'],
};

/**
 * Reads text in the OpenMetrics format, as far as gauges, counters, histograms and infos go.
 *
 * @returns the samples of each family.
 * @throws Error that names the first line that the format does not allow.
 * @see https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
export function parseOpenMetrics(text: string): Map<string, string[]> {
  const families = new Map<string, string[]>();
  const types = new Map<string, string>();
  const seen = new Set<string>();
  if (!text.endsWith('# EOF\n')) throw new Error(`expected "# EOF" as the last line, got ${JSON.stringify(text.slice(-40))}`);
  let current = '';
  for (const line of text.slice(0, -'# EOF\n'.length).split('\n').slice(0, -1)) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE|UNIT) ([a-zA-Z_:][\w:]*) (.+)$/.exec(line) ?? [];
    if (kind !== undefined) {
      if (name !== current && families.has(name)) throw new Error(`expected the family ${name} in one place, got it again`);
      if (kind === 'UNIT' && !name.endsWith(`_${rest}`)) throw new Error(`expected ${name} to end with its unit, ${rest}`);
      if (kind === 'TYPE' && SUFFIXES[rest] === undefined) throw new Error(`expected a type that is known, got ${line}`);
      if (kind === 'TYPE') types.set(name, rest);
      current = name;
      if (!families.has(name)) families.set(name, []);
      continue;
    }
    const [, sample = '', labels = '', value = ''] = SAMPLE.exec(line) ?? [];
    const type = types.get(current) ?? '';
    if (!SUFFIXES[type]?.some((suffix) => sample === current + suffix))
      throw new Error(`expected a sample of ${current || 'a family'}, got ${JSON.stringify(line)}`);
    if (type !== 'gauge' && !(Number(value) >= 0)) throw new Error(`expected a ${type} of 0 or more, got ${JSON.stringify(line)}`);
    if (seen.has(sample + labels)) throw new Error(`expected each sample once, got ${sample}${labels} again`);
    seen.add(sample + labels);
    families.get(current)!.push(line);
  }
  return families;
}
