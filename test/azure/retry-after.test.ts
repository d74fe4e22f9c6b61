import { createHttpHeaders, createPipelineRequest, RestError } from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import { retryAfterSeconds } from '../../src/azure/retry-after.ts';

function throttled(headers: Record<string, string>): RestError {
  const request = createPipelineRequest({ url: 'https://management.azure.com/' });
  const response = { headers: createHttpHeaders(headers), request, status: 429 };
  return new RestError('Too many requests', { statusCode: 429, request, response });
}

describe('retryAfterSeconds', () => {
  it.each([
    ['30', 30],
    ['1', 1],
    ['600', 600],
    ['1235', 600],
    ['0', 30],
    ['-5', 30],
    ['soon', 30],
    ['Sat, 21 Nov 2026 09:35:00 GMT', 30],
    ['Infinity', 30],
  ])('reads "Retry-After: %s" as %i s', (header, seconds) => {
    expect(retryAfterSeconds(throttled({ 'Retry-After': header }))).toBe(seconds);
  });

  it('takes 30 s where Azure sends no header, or no answer came', () => {
    expect(retryAfterSeconds(throttled({}))).toBe(30);
    expect(retryAfterSeconds(new RestError('socket hang up', { code: 'ECONNRESET' }))).toBe(30);
  });
});
