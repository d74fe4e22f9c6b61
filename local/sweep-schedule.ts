/**
 * Writes an interval as NCRONTAB.
 *
 * @param seconds - a divisor of 60, or whole minutes that divide an hour.
 * @returns undefined for an interval that no such expression describes.
 */
export function scheduleFor(seconds: number): string | undefined {
  if (!Number.isInteger(seconds) || seconds < 1) return undefined;
  if (seconds < 60) return 60 % seconds === 0 ? `*/${seconds} * * * * *` : undefined;
  const minutes = seconds / 60;
  if (!Number.isInteger(minutes) || 60 % minutes !== 0) return undefined;
  return minutes === 60 ? '0 0 * * * *' : `0 */${minutes} * * * *`;
}
