const MINUTE_MS = 60_000;

const FORM = /^P(?:(\d{1,4})D)?(?:T(?=\d)(?:(\d{1,5})H)?(?:(\d{1,6})M)?)?$/;

/** Milliseconds of an ISO 8601 duration of days, hours and minutes, such as `PT4H`, `PT90M` or `P1DT12H`; undefined for any other text. */
export function parseDuration(text: string): number | undefined {
  const parts = FORM.exec(text);
  if (parts === null || text === 'P') return undefined;
  const [days, hours, minutes] = parts.slice(1).map((part) => Number(part ?? 0)) as [number, number, number];
  return ((days * 24 + hours) * 60 + minutes) * MINUTE_MS;
}
