const HALF_A_DAY_MS = 12 * 3600_000;

/** A schedule that is due in half a day: sweeps are started by message, so that none runs beside the one that is measured. */
export function farSchedule(): string {
  return `0 0 ${new Date(Date.now() + HALF_A_DAY_MS).getUTCHours()} * * *`;
}
