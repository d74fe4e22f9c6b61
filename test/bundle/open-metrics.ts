const LABELS = String.raw`\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*\}`;
const SAMPLE = new RegExp(String.raw`^([a-zA-Z_:][\w:]*)(?:${LABELS})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|NaN|[+-]Inf)$`);

/**
 * Reads text in the OpenMetrics format, as far as gauges go.
 *
 * @returns the samples of each family.
 * @throws Error that names the first line that the format does not allow.
 * @see https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
export function parseOpenMetrics(text: string): Map<string, string[]> {
  const families = new Map<string, string[]>();
  if (!text.endsWith('# EOF\n')) throw new Error(`expected "# EOF" as the last line, got ${JSON.stringify(text.slice(-40))}`);
  let current = '';
  for (const line of text.slice(0, -'# EOF\n'.length).split('\n').slice(0, -1)) {
    const [, kind, name = ''] = /^# (HELP|TYPE|UNIT) ([a-zA-Z_:][\w:]*) .+$/.exec(line) ?? [];
    if (kind !== undefined) {
      if (name !== current && families.has(name)) throw new Error(`expected the family ${name} in one place, got it again`);
      current = name;
      if (!families.has(name)) families.set(name, []);
      continue;
    }
    const sample = SAMPLE.exec(line)?.[1];
    if (sample !== current) throw new Error(`expected a sample of ${current || 'a family'}, got ${JSON.stringify(line)}`);
    families.get(current)!.push(line);
  }
  return families;
}
