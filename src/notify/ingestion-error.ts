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
