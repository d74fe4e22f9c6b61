const [MICROSECOND, MILLISECOND, SECOND] = [1_000, 1_000_000, 1_000_000_000];
const [MINUTE, HOUR] = [60 * SECOND, 3600 * SECOND];

/** A number of units, with all its decimals. */
function count(nanoseconds: number, unit: number): string {
  const decimals = String(nanoseconds % unit)
    .padStart(String(unit).length - 1, '0')
    .replace(/0+$/, '');
  return `${Math.floor(nanoseconds / unit)}${decimals === '' ? '' : `.${decimals}`}`;
}

/**
 * Formats a duration like Go's `time.Duration`: `1.211s`, `2.241775ms`, `20ms`, `1m30s`, `0s`. Pure.
 *
 * @param milliseconds - not negative; formatted with nanosecond precision.
 */
export function goDuration(milliseconds: number): string {
  const time = Math.round(milliseconds * MILLISECOND);
  if (time === 0) return '0s';
  if (time < MICROSECOND) return `${time}ns`;
  if (time < MILLISECOND) return `${count(time, MICROSECOND)}µs`;
  if (time < SECOND) return `${count(time, MILLISECOND)}ms`;
  const [hours, minutes] = [Math.floor(time / HOUR), Math.floor((time % HOUR) / MINUTE)];
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${count(time % MINUTE, SECOND)}s`;
}
