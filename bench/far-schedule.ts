const HALF_A_DAY_MS = 12 * 3600_000;

/** Half a day after a time, by default after now. */
export function halfADayLater(time = new Date()): Date {
  return new Date(time.getTime() + HALF_A_DAY_MS);
}

/** A schedule that is due in half a day: sweeps are started by message, so that none runs beside the one that is measured. */
export function farSchedule(due = halfADayLater()): string {
  return `0 0 ${due.getUTCHours()} * * *`;
}
