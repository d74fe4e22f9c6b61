/** The ingestion endpoint cannot be reached, or takes nothing at present. */
export class IngestionError extends Error {
  override name = 'IngestionError';
  /** The status of its answer; undefined if there was none, or a redirect that is not followed. */
  readonly status: number | undefined;
  /** Milliseconds to wait before the next request, if it said so. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { status, retryAfterMs }: { status?: number; retryAfterMs?: number } = {}, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Statuses with which something on the way may answer although the endpoint has accepted what was sent. */
const UNSURE = [500, 502, 504];

/** Whether events may have been accepted although sending them failed: there was no answer, or not one of the endpoint. */
export function mayHaveAccepted(error: unknown): boolean {
  return error instanceof IngestionError && (error.status === undefined || UNSURE.includes(error.status));
}
