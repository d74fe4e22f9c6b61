/** An answer of the simulated Azure Resource Manager. */
export type ArmReply = { status: number; body?: unknown; headers?: Record<string, string> };

/** An error inside an error. */
export type ArmErrorDetail = { code: string; message: string; target?: string };

/** An error in the format of Azure Resource Manager. */
export function armError(
  status: number,
  code: string,
  message: string,
  more: { details?: ArmErrorDetail[]; target?: string } = {},
): ArmReply {
  return { status, body: { error: { code, message, ...more } } };
}

/** A 200 with a body. */
export function ok(body: unknown): ArmReply {
  return { status: 200, body };
}

/**
 * A 429 of the Compute provider. Its code is `OperationNotAllowed`; the true one hides in `details`, JSON within a string.
 *
 * @param operationGroup - the policy that is used up.
 */
export function throttledReply(operationGroup: string, retryAfterSeconds: number): ArmReply {
  const start = new Date();
  const allowed = {
    operationGroup,
    startTime: start.toISOString(),
    endTime: new Date(start.getTime() + retryAfterSeconds * 1000).toISOString(),
    allowedRequestCount: 1500,
    measuredRequestCount: 1714,
  };
  const reply = armError(
    429,
    'OperationNotAllowed',
    'The server rejected the request because too many requests have been received for this subscription.',
    { details: [{ code: 'TooManyRequests', target: operationGroup, message: JSON.stringify(allowed) }] },
  );
  return { ...reply, headers: { 'retry-after': String(retryAfterSeconds) } };
}

/**
 * One page of a list, with a `nextLink` where more follows.
 *
 * @param url - the request's URL, from which the link is made; its `$skiptoken` says where the page begins.
 * @param describe - turns the items of the page into what is listed.
 */
export function pageOf<Item>(
  items: readonly Item[],
  url: URL,
  size: number,
  describe: (item: Item) => unknown,
): ArmReply & { isLast: boolean } {
  const start = readSkipToken(url.searchParams.get('$skiptoken'));
  const end = start + size;
  const value = items.slice(start, end).map(describe);
  if (end >= items.length) return { ...ok({ value }), isLast: true };
  const next = new URL(url);
  next.searchParams.set('$skiptoken', Buffer.from(`after:${end}`).toString('base64url'));
  return { ...ok({ value, nextLink: next.href }), isLast: false };
}

function readSkipToken(token: string | null): number {
  const number = /^after:(\d+)$/.exec(Buffer.from(token ?? '', 'base64url').toString())?.[1];
  return number === undefined ? 0 : Number(number);
}
