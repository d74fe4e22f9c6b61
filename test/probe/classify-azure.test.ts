import { describe, expect, it } from 'vitest';
import { classifyAzureError, unknownFrom } from '../../src/probe/classify-azure.ts';
import { answers, refused } from './recorded-answers.ts';

describe('classifyAzureError', () => {
  it.each(answers)('names %s', (_, error, reason) => {
    expect(classifyAzureError(error)).toBe(reason);
  });

  it('never makes an outage of the node of what Azure or we got wrong', () => {
    for (const [, error, reason] of answers) expect(unknownFrom(error)).toMatchObject({ verdict: 'unknown', reason });
  });

  it('keeps no token of what Azure said', () => {
    const token = `eyJ${'a'.repeat(40)}.${'b'.repeat(40)}.${'c'.repeat(40)}`;
    const { message } = unknownFrom(refused(401, 'InvalidAuthenticationToken', `The token ${token} has expired. ${'word '.repeat(100)}`));
    expect(message).not.toContain('bbbb');
    expect(Buffer.byteLength(message)).toBe(300);
  });
});
