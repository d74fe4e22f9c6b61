import { RestError } from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import { FailedOperation, failureOf, isPassing, wasNeverSent } from '../../src/azure/failure.ts';
import { SignInError, signInWith } from '../../src/azure/sign-in-error.ts';
import { refused } from '../probe/recorded-answers.ts';

const aborted = Object.assign(new Error('The operation was aborted.'), { name: 'AbortError' });

describe('a failed request', () => {
  it('is an answer only where Azure judged what was asked for', () => {
    const kinds = [400, 403, 404, 409, 412].map((status) => failureOf(refused(status, 'Any', 'no')).kind);
    expect(new Set(kinds)).toEqual(new Set(['answered']));
    expect(failureOf(new FailedOperation('Any', 'no'))).toMatchObject({ kind: 'answered', codes: ['Any'] });
  });

  it.each<[string, unknown, boolean]>([
    ['no token', new SignInError('no'), true],
    ['a token that Azure does not take', refused(401, 'ExpiredAuthenticationToken', 'no'), true],
    ['a host that is not found', refused(undefined, 'ENOTFOUND', 'no'), true],
    ['a connection that is refused', refused(undefined, 'ECONNREFUSED', 'no'), true],
    ['a certificate that is not trusted', refused(undefined, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'no'), true],
    ['a connection that breaks', refused(undefined, 'ECONNRESET', 'no'), false],
    ['no answer in time', aborted, false],
    ['a busy server', refused(503, 'ServerBusy', 'no'), false],
    ['a bad gateway', refused(502, 'BadGateway', 'no'), false],
  ])('by %s passes, and it is known whether it was sent', (_, error, neverSent) => {
    expect([isPassing(error), wasNeverSent(error)]).toEqual([true, neverSent]);
  });

  it.each<[string, unknown]>([
    ['an error of the program', new TypeError('x is not a function')],
    ['an error in the words of another', new Error('the operation timed out, ECONNREFUSED 503')],
    ['a refusal', refused(403, 'AuthorizationFailed', 'no')],
    ['a lost write', refused(412, 'UpdateConditionNotSatisfied', 'no')],
    ['nothing', undefined],
  ])('by %s does not pass by itself', (_, error) => {
    expect([isPassing(error), wasNeverSent(error)]).toEqual([false, false]);
  });

  it('keeps all codes, also those that Azure nests in details or in the JSON of a message', () => {
    const inner = JSON.stringify({ error: { code: 'Inner', message: 'no' } });
    const error = refused(409, 'Outer', 'no', { error: { code: 'Outer', details: [{ code: 'Middle', message: inner }, null, 7] } });
    expect(failureOf(error)).toMatchObject({ codes: ['Outer', 'Middle', 'Inner'] });
    expect(failureOf(new RestError('no', { statusCode: 409 }))).toMatchObject({ codes: [] });
  });
});

describe('a credential', () => {
  it('fails with an error of its own type, whatever it failed with', async () => {
    for (const thrown of [refused(429, 'TooMany', 'too many'), new Error('operation timed out'), 'text']) {
      const { getToken } = signInWith({ getToken: () => Promise.reject(thrown) });
      await expect(getToken('scope')).rejects.toThrow(SignInError);
    }
  });
});
