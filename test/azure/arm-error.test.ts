import { RestError } from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import { armErrorText, isRefusal, isTimeout } from '../../src/azure/arm-error.ts';

describe('an error of Azure Resource Manager', () => {
  it.each([403, 404])('is a refusal where it answers %s', (statusCode) => {
    expect(isRefusal(new RestError('no', { statusCode }))).toBe(true);
  });

  it.each([401, 409, 429, 500, 502])('is none where it answers %s: that is tried again', (statusCode) => {
    expect(isRefusal(new RestError('no', { statusCode }))).toBe(false);
  });

  it('says its code once, and no secret', () => {
    expect(armErrorText(new RestError('status 403', { code: 'AuthorizationFailed' }))).toBe('AuthorizationFailed: status 403');
    expect(armErrorText(new RestError('AuthorizationFailed: no right', { code: 'AuthorizationFailed' }))).toBe(
      'AuthorizationFailed: no right',
    );
    expect(armErrorText(new RestError('Bearer abcdefghijklmnop', {}))).not.toContain('abcdefgh');
  });

  it('is a time-out by its name alone', () => {
    const named = (name: string) => Object.assign(new Error('x'), { name });
    expect([isTimeout(named('AbortError')), isTimeout(named('Error')), isTimeout('AbortError')]).toEqual([true, false, false]);
  });
});
