/** An answer that tells a caller what went wrong, as RFC 9457 has it. */
export class HttpProblem extends Error {
  override name = 'HttpProblem';
  readonly status: number;
  readonly type: string;
  readonly retryAfterSeconds: number | undefined;

  /**
   * @param status - HTTP status.
   * @param type - a stable word for programs, e.g. `unknown-cluster`.
   * @param detail - what was expected, what came, and what to do next.
   * @param retryAfterSeconds - when it is worth to ask again.
   */
  constructor(status: number, type: string, detail: string, retryAfterSeconds?: number) {
    super(detail);
    this.status = status;
    this.type = type;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  403: 'Forbidden',
  404: 'Not found',
  409: 'Conflict',
  413: 'Body too large',
  415: 'Unsupported media type',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Unavailable',
};

/** The body of a problem. */
export function problemBody({ status, type, message }: HttpProblem): Record<string, unknown> {
  return { type: `urn:aks-fleet-prober:${type}`, title: TITLES[status] ?? 'Error', status, detail: message };
}
