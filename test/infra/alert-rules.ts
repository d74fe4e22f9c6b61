import { readFileSync } from 'node:fs';
import type { Row, Value } from './kql-expressions.ts';
import { runQuery } from './kql-operators.ts';
import { analyze, type Syntax } from './kusto.ts';

/** A rule as `alerts.bicep` deploys it. */
export interface AlertRule {
  name: string;
  severity: number;
  description: string;
  query: string;
  windowMinutes: number;
  timeAggregation: string;
  metricMeasureColumn: string | undefined;
  operator: string;
  threshold: number;
  dimensions: string[];
}

const infra = new URL('../../infra/', import.meta.url);
const load = (path: string) => readFileSync(new URL(path, new URL('modules/', infra)), 'utf8');

function expected(what: string, where: string): never {
  throw new Error(`expected ${what} in alerts.bicep, got "${where.slice(0, 200)}": mend the file or this reader of it`);
}
const first = (pattern: RegExp, text: string) => pattern.exec(text)?.[1] ?? expected(String(pattern), text);

const MINUTES: Record<string, number> = { P1D: 1440, PT1H: 60, PT15M: 15, threeIntervals: 15 };

/** Puts a query together as the template does: texts of files, and variables that hold such. */
function compose(expression: string, variables: ReadonlyMap<string, string>): string {
  const whole = /^loadTextContent\('([^']+)'\)$/.exec(expression);
  if (whole) return load(whole[1]!);
  return first(/^'(.*)'$/, expression)
    .replaceAll('\\n', '\n')
    .replaceAll(/\$\{(?:loadTextContent\('([^']+)'\)|(\w+))\}/g, (_, file?: string, name?: string) =>
      file !== undefined ? load(file) : (variables.get(name!) ?? expected('a variable', name!)),
    );
}

/** Reads the rules from the template, each with its whole query and the parameters' defaults. */
export function readRules(): AlertRule[] {
  const text = load('alerts.bicep');
  const variables = new Map<string, string>();
  for (const [, name, expression] of text.matchAll(/^var (\w+) = ((?:'|loadTextContent).*)$/gm))
    variables.set(name!, compose(expression!, variables));
  const defaults = new Map([...text.matchAll(/^param (\w+) int = (\d+)$/gm)].map(([, name, value]) => [name!, Number(value)]));
  const shared = first(/^var rows = \{\n([\s\S]*?)^\}/m, text);
  const list = first(/^var rules = \[\n([\s\S]*?)^\]/m, text);
  return [...list.matchAll(/^ {2}\{\n([\s\S]*?)^ {2}\}/gm)].map(([, body = '']) => {
    const condition = /^ {4}condition: rows$/m.test(body) ? shared : first(/^ {4}condition: \{\n([\s\S]*?)^ {4}\}/m, body);
    const threshold = first(/threshold: (\w+)/, condition);
    const dimensions = first(/^ {4}dimensions: (.*)$/m, body);
    const listed = dimensions.startsWith('[') ? dimensions : first(new RegExp(`^var ${dimensions} = (.*)$`, 'm'), text);
    return {
      name: first(/^ {4}name: '([\w-]+)'$/m, body),
      severity: Number(first(/^ {4}severity: (\d)$/m, body)),
      description: first(/^ {4}description: '(.*)'$/m, body),
      query: compose(first(/^ {4}query: (.*)$/m, body), variables),
      windowMinutes: MINUTES[first(/^ {4}window: '?(\w+)'?$/m, body)] ?? expected('a known window', body),
      timeAggregation: first(/timeAggregation: '(\w+)'/, condition),
      metricMeasureColumn: /metricMeasureColumn: '(\w+)'/.exec(condition)?.[1],
      operator: first(/operator: '(\w+)'/, condition),
      threshold: /^\d+$/.test(threshold) ? Number(threshold) : (defaults.get(threshold) ?? expected('a default', threshold)),
      dimensions: [...listed.matchAll(/'(\w+)'/g)].map(([, name]) => name!),
    };
  });
}

const aggregations: Record<string, (values: number[]) => number> = {
  Count: (values) => values.length,
  Total: (values) => values.reduce((sum, value) => sum + value, 0),
  Maximum: (values) => Math.max(...values),
  Minimum: (values) => Math.min(...values),
};
const conditions: Record<string, (value: number, threshold: number) => boolean> = {
  GreaterThan: (value, threshold) => value > threshold,
  LessThan: (value, threshold) => value < threshold,
};

const syntaxes = new Map<string, Syntax>();

/**
 * What a rule finds at a moment, as Azure Monitor evaluates it: the query over the window, split by the dimensions, each part held against the threshold.
 *
 * @returns the dimensions of each alert that would be firing.
 */
export function firing(rule: AlertRule, tables: ReadonlyMap<string, readonly Row[]>, now: Date): Record<string, Value>[] {
  const from = new Date(now.getTime() - rule.windowMinutes * 60_000).toISOString();
  const inWindow = ({ TimeGenerated }: Row) => String(TimeGenerated) > from && String(TimeGenerated) <= now.toISOString();
  const windowed = new Map([...tables].map(([name, rows]) => [name, rows.filter(inWindow)]));
  const syntax = syntaxes.get(rule.query) ?? analyze(rule.query).syntax;
  syntaxes.set(rule.query, syntax);
  const answer = runQuery(syntax, windowed);
  const column = rule.metricMeasureColumn;
  const groups = Map.groupBy(answer, (row) => JSON.stringify(Object.fromEntries(rule.dimensions.map((name) => [name, row[name] ?? '']))));
  return [...groups].flatMap(([key, rows]) => {
    const value = aggregations[rule.timeAggregation]!(rows.map((row) => (column === undefined ? 1 : Number(row[column]))));
    return conditions[rule.operator]!(value, rule.threshold) ? [JSON.parse(key)] : [];
  });
}
