const LONGEST_STEP_MS = 30_000;

/** The first mark of min(30 s, interval / 4) at or after a moment, in milliseconds since 1970: results that come in between are judged together. */
export function assessmentMark(earliest: number, intervalMs: number): number {
  const step = Math.min(LONGEST_STEP_MS, intervalMs / 4);
  return Math.ceil(earliest / step) * step;
}

const URGENT_STEP_MS = 2000;

/** The first mark at or after a moment for what must not wait: of min(2 s, interval / 20). */
export function urgentMark(earliest: number, intervalMs: number): number {
  const step = Math.min(URGENT_STEP_MS, intervalMs / 20);
  return Math.ceil(earliest / step) * step;
}
