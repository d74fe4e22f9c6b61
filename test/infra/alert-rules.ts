import { valuesOf } from './bicep-values.ts';
import type { Row, Value } from './kql-expressions.ts';
import { runQuery } from './kql-operators.ts';
import { analyze, type Syntax } from './kusto.ts';

/** A rule as `alerts.bicep` deploys it, but for its address. */
export interface AlertRule {
  name: string;
  severity: number;
  description: string;
  query: string;
  condition: { timeAggregation: string; metricMeasureColumn?: string; operator: string; threshold: number };
  dimensions: string[];
  resourceIdColumn: string | null;
  /** What the mail is named, with places for values of the payload. */
  subject: string;
  timing: { frequency: string; window: string };
}

/** What the template is deployed with where nothing else is said: sweeps every five minutes. */
const DEFAULTS = {
  threeIntervals: 'PT15M',
  silenceWindow: 'PT30M',
  splitBy: 'cluster',
  minimumCoveragePercent: 90,
  toleratedNodeOutages: 0,
  packageIsLogged: false,
  watchRuns: false,
};

/** With every rule that is deployed only on demand. */
export const ALL_RULES = { packageIsLogged: true, watchRuns: true, principalId: 'eeeeeeee-0000-4000-8000-000000000001' };

/** Reads the rules from the template, each with its whole query. */
export function readRules(given: Record<string, unknown> = {}): AlertRule[] {
  const { rules, condition } = valuesOf('modules/alerts.bicep', { ...DEFAULTS, ...given }) as { rules: AlertRule[]; condition: string };
  // Objects of another realm are not equal to ours.
  return (JSON.parse(JSON.stringify(rules)) as AlertRule[]).map((rule) => ({ ...rule, subject: `${condition}${rule.subject}` }));
}

/** Minutes of a duration as the template writes it. */
export function minutesOf(duration: string): number {
  const [, days, hours, minutes] = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(duration) ?? [];
  return Number(days ?? 0) * 1440 + Number(hours ?? 0) * 60 + Number(minutes ?? 0);
}

const aggregations: Record<string, (values: number[]) => number> = {
  Count: (values) => values.length,
  Total: (values) => values.reduce((sum, value) => sum + value, 0),
};
const conditions: Record<string, (value: number, threshold: number) => boolean> = {
  GreaterThan: (value, threshold) => value > threshold,
  LessThan: (value, threshold) => value < threshold,
};

const syntaxes = new Map<string, Syntax>();

/** What a rule finds in one group of its answer: the values of its dimensions, its target, and the number that was measured. */
export interface Found {
  dimensions: Record<string, Value>;
  target: Value;
  value: number;
}

/**
 * What a rule finds at a moment, as Azure Monitor evaluates it: the query over the window, split by target and dimensions, each part held against the threshold.
 *
 * @param tables - rows that are visible at the moment.
 */
export function evaluateRule(rule: AlertRule, tables: ReadonlyMap<string, readonly Row[]>, now: Date): Found[] {
  const from = new Date(now.getTime() - minutesOf(rule.timing.window) * 60_000).toISOString();
  const inWindow = ({ TimeGenerated }: Row) => String(TimeGenerated) > from && String(TimeGenerated) <= now.toISOString();
  const windowed = new Map([...tables].map(([name, rows]) => [name, rows.filter(inWindow)]));
  const syntax = syntaxes.get(rule.query) ?? analyze(rule.query).syntax;
  syntaxes.set(rule.query, syntax);
  const { timeAggregation, metricMeasureColumn: column, operator, threshold } = rule.condition;
  const targetOf = (row: Row) => (rule.resourceIdColumn === null ? null : (row[rule.resourceIdColumn] ?? null));
  const dimensionsOf = (row: Row) => Object.fromEntries(rule.dimensions.map((name) => [name, row[name] ?? '']));
  const groups = Map.groupBy(runQuery(syntax, windowed), (row) => JSON.stringify([targetOf(row), dimensionsOf(row)]));
  return [...groups].flatMap(([key, rows]) => {
    const value = aggregations[timeAggregation]!(rows.map((row) => (column === undefined ? 1 : Number(row[column]))));
    const [target, dimensions] = JSON.parse(key);
    return conditions[operator]!(value, threshold) ? [{ target, dimensions, value }] : [];
  });
}

/** The dimensions of each alert that would be firing. */
export const firing = (rule: AlertRule, tables: ReadonlyMap<string, readonly Row[]>, now: Date): Record<string, Value>[] =>
  evaluateRule(rule, tables, now).map(({ dimensions }) => dimensions);

/** The subject of the mail about an alert, with the values of its payload. */
export function subjectOf(rule: AlertRule, { dimensions, value }: Found, monitorCondition: 'Fired' | 'Resolved'): string {
  const payload = {
    essentials: { monitorCondition },
    alertContext: {
      condition: { allOf: [{ metricValue: value, dimensions: rule.dimensions.map((name) => ({ name, value: dimensions[name] })) }] },
    },
  };
  return rule.subject.replaceAll(/\$\{data\.([\w.[\]]+)\}/g, (place, path: string) => {
    const found = path.split(/[.[\]]+/).reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], payload);
    if (found === undefined)
      throw new Error(`expected a value of the payload at ${place} in the subject of ${rule.name}: see its dimensions in alerts.bicep`);
    return String(found);
  });
}
