import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { HttpResponseInit } from '@azure/functions';

/** The headers of a compressed answer, described. */
export const ENCODED = {
  vary: '`Accept-Encoding`: a large answer is compressed.',
  'content-encoding': '`gzip`, where the caller takes it.',
};

const zip = promisify(gzip);

/** Less is not worth the time. */
const LEAST_CHARACTERS = 16_384;
/** Figures repeat their labels: higher levels take longer and save little. */
const LEVEL = 4;

/** Whether a caller takes gzip, by its `Accept-Encoding`. */
const takesGzip = (accepted: string | null) =>
  (accepted ?? '').split(',').some((each) => /^\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(each));

/**
 * Compresses a large answer for a caller that takes it so. Only for answers without secrets: the length of a compressed one would reveal them.
 *
 * @param accepted - the header `Accept-Encoding` of the request.
 */
export async function compress(response: HttpResponseInit, accepted: string | null): Promise<HttpResponseInit> {
  const { body, headers } = response;
  const varying = { ...response, headers: { ...headers, vary: 'accept-encoding' } };
  if (typeof body !== 'string' || body.length < LEAST_CHARACTERS || !takesGzip(accepted)) return varying;
  return { ...varying, headers: { ...varying.headers, 'content-encoding': 'gzip' }, body: await zip(body, { level: LEVEL }) };
}
