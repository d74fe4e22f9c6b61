import { parseDuration } from './duration.ts';
import { LONGEST_MAINTENANCE_MS, type MaintenanceRule, stretchesIn } from './maintenance.ts';

/** The tag on a cluster that says when it is in maintenance. */
export const MAINTENANCE_TAG = 'aks-fleet-prober-maintenance';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
/** Half of a week: windows of each week that are longer together would be the rule, not the exception. */
const MOST_OF_A_WEEK_MS = 84 * HOUR_MS;

const FORMS = '"2026-12-01T22:00Z/PT4H", "2026-12-01T22:00Z/2026-12-02T02:00Z" or "Sun 22:00Z/PT4H"';
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z$/;
const WEEKLY = /^(Sun|Mon|Tue|Wed|Thu|Fri|Sat) ([01]\d|2[0-3]):([0-5]\d)Z$/;

/** What a tag says: its windows, and as sentences what of it cannot be followed. */
export interface ReadTag {
  rules: MaintenanceRule[];
  mistakes: string[];
}

// Without the round trip a 31 November would be the first of December.
function timeOf(text: string): number | undefined {
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 16) !== text.slice(0, 16) ? undefined : time;
}

function readWindow(text: string): MaintenanceRule | string {
  const [start = '', end = '', more] = text.split('/');
  const weekly = WEEKLY.exec(start);
  const from = timeOf(start);
  const length = parseDuration(end) ?? (from === undefined ? undefined : (timeOf(end) ?? Number.NaN) - from);
  if (more !== undefined || (weekly === null && from === undefined) || length === undefined || Number.isNaN(length))
    return `expected a window as ${FORMS}, times in UTC, got "${text.slice(0, 60)}"`;
  const longest = weekly === null ? LONGEST_MAINTENANCE_MS : DAY_MS;
  if (length < MINUTE_MS || length > longest)
    return `expected a window of 1 minute to ${longest / DAY_MS === 1 ? '24 hours each week' : '7 days'}, got "${text.slice(0, 60)}"`;
  if (weekly === null) return { kind: 'once', from: from!, until: from! + length };
  const [, day, hours, minutes] = weekly;
  return { kind: 'weekly', start: DAYS.indexOf(day!) * DAY_MS + Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS, length };
}

/** Whether windows leave no break for longer than a cluster may be in maintenance. */
function isTooLong(rules: readonly MaintenanceRule[]): boolean {
  const weekly = rules.flatMap((rule) => (rule.kind === 'weekly' ? [rule.length] : []));
  if (weekly.reduce((sum, length) => sum + length, 0) > MOST_OF_A_WEEK_MS) return true;
  return rules.some((rule) => {
    if (rule.kind === 'weekly') return false;
    const around = { from: rule.from - 2 * LONGEST_MAINTENANCE_MS, until: rule.until + 2 * LONGEST_MAINTENANCE_MS };
    return stretchesIn(rules, around).some(({ from, until }) => until - from > LONGEST_MAINTENANCE_MS);
  });
}

/**
 * Reads the value of the tag: windows separated by semicolons. One that cannot be followed is a mistake and keeps no other from being followed. Pure.
 *
 * @param value - undefined where the cluster has no such tag.
 */
export function readMaintenanceTag(value: string | undefined): ReadTag {
  const parts = (value ?? '').split(';').map((part) => part.trim());
  const read = parts.filter((part) => part !== '').map(readWindow);
  const mistakes = read.filter((each) => typeof each === 'string');
  if (value !== undefined && read.length === 0) mistakes.push(`expected a window as ${FORMS}, times in UTC, got ""`);
  const rules = read.filter((each) => typeof each !== 'string');
  if (!isTooLong(rules)) return { rules, mistakes };
  const sentence =
    'expected windows that leave a cluster watched: at most 7 days without a break, and 84 hours of each week; none of them counts';
  return { rules: [], mistakes: [...mistakes, sentence] };
}

/** The value of the tag among those of a cluster, whose names have no letter case. */
export function maintenanceTagOf(tags: Readonly<Record<string, string>> | undefined): string | undefined {
  return Object.entries(tags ?? {}).find(([name]) => name.toLowerCase() === MAINTENANCE_TAG)?.[1];
}
