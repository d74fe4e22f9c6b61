import type { MaintenanceConfiguration } from '@azure/arm-containerservice';
import type { Clusters } from '../azure/arm.ts';

type Window = NonNullable<MaintenanceConfiguration['maintenanceWindow']>;
type Slots = NonNullable<MaintenanceConfiguration['timeInWeek']>[number];

/** A caller waits for the answer, and has the rest without it. */
const LONGEST_MS = 10_000;

/** A planned maintenance of AKS: when it may change a cluster by itself. */
export interface PlannedMaintenance {
  /** `default`, `aksManagedAutoUpgradeSchedule` or `aksManagedNodeOSUpgradeSchedule`. */
  name: string;
  /** Its days, in words. */
  schedule: string;
  durationHours?: number;
  utcOffset?: string;
  /** `HH:MM`, in the time of `utcOffset`. */
  startTime?: string;
}

const every = (interval: number, unit: string) => (interval === 1 ? `every ${unit}` : `every ${interval} ${unit}s`);
const hour = (of: number) => `${String(of).padStart(2, '0')}:00`;
const day = (date: Date) => date.toISOString().slice(0, 10);

function daysOf({ daily, weekly, absoluteMonthly, relativeMonthly }: Window['schedule']): string {
  if (daily) return every(daily.intervalDays, 'day');
  if (weekly) return `${every(weekly.intervalWeeks, 'week')} on ${weekly.dayOfWeek}`;
  if (absoluteMonthly) return `${every(absoluteMonthly.intervalMonths, 'month')} on day ${absoluteMonthly.dayOfMonth}`;
  if (!relativeMonthly) return 'on days that Azure does not tell';
  const { intervalMonths, weekIndex, dayOfWeek } = relativeMonthly;
  return `${every(intervalMonths, 'month')} on the ${weekIndex.toLowerCase()} ${dayOfWeek}`;
}

/** The hours of a day of the week as ranges: the slots 1, 2 and 22 are 01:00-03:00 and 22:00-23:00. */
function hoursOf({ day: name, hourSlots = [] }: Slots): string {
  const slots = [...new Set(hourSlots)].sort((a, b) => a - b);
  const starts = slots.filter((slot) => !slots.includes(slot - 1));
  const ends = slots.filter((slot) => !slots.includes(slot + 1));
  return `${name} ${starts.map((start, at) => `${hour(start)}-${hour(ends[at]! + 1)}`).join(', ')} UTC`;
}

/** Says in words when AKS may change a cluster by itself. Pure. */
export function describePlanned({
  name = '',
  timeInWeek,
  notAllowedTime,
  maintenanceWindow,
}: MaintenanceConfiguration): PlannedMaintenance {
  const { schedule, startDate, notAllowedDates, ...times } = maintenanceWindow ?? {};
  const days = schedule ? [daysOf(schedule)] : (timeInWeek ?? []).map(hoursOf);
  const parts = [
    days.length === 0 ? 'at no time' : days.join('; '),
    ...(startDate ? [`from ${day(startDate)} on`] : []),
    ...(notAllowedDates ?? []).map(({ start, end }) => `not from ${day(start)} to ${day(end)}`),
    ...(notAllowedTime ?? []).map(({ start, end }) => `not from ${start?.toISOString() ?? 'ever'} to ${end?.toISOString() ?? 'ever'}`),
  ];
  return { name, schedule: parts.join(', '), ...times };
}

/**
 * Lists the planned maintenance of a cluster.
 *
 * @throws RestError if it cannot be read, AbortError if Azure takes longer than 10 seconds.
 */
export async function listPlannedMaintenance(
  client: Clusters,
  { resourceGroup, name }: { resourceGroup: string; name: string },
): Promise<PlannedMaintenance[]> {
  const abortSignal = AbortSignal.timeout(LONGEST_MS);
  const planned: PlannedMaintenance[] = [];
  for await (const each of client.maintenanceConfigurations.listByManagedCluster(resourceGroup, name, { abortSignal }))
    planned.push(describePlanned(each));
  return planned;
}
