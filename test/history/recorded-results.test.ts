import { describe, expect, it } from 'vitest';
import { readRecorded } from '../../src/history/recorded-results.ts';

const T = (minute: number, second = 0) => new Date(Date.UTC(2026, 10, 21, 0, minute, second)).toISOString();

describe('readRecorded', () => {
  const row = { PartitionKey: 'shop', RowKey: 'web|8204|n1', verdict: 'unreachable', reason: 'DnsTimeout', at: '2026-11-21T09:35:05Z' };

  it('takes what it needs from the keys of a row, and the rest as it is', () => {
    const result = { verdict: 'unreachable', reason: 'DnsTimeout', message: '', nonce: 'n1', run: '', sweep: '' };
    expect(readRecorded(row)).toEqual({ cluster: 'shop', node: 'web', result: { ...result, at: '2026-11-21T09:35:05.000Z' } });
    expect(readRecorded({ ...row, cluster: 'a', node: 'b', nonce: 'c', sweep: T(0) })).toMatchObject({
      cluster: 'a',
      node: 'b',
      result: { nonce: 'c', sweep: T(0) },
    });
  });

  it('makes a nonce of node and time where there is none, and takes no check for a sweep', () => {
    const { RowKey: _, ...bare } = row;
    expect(readRecorded({ ...bare, node: 'web', sweep: 'check-7' })).toMatchObject({
      result: { nonce: 'web|2026-11-21T09:35:05.000Z', sweep: '' },
    });
  });

  it('reads a reason of another version as one that blames nobody', () => {
    expect(readRecorded({ ...row, reason: 'GhostInTheWire' })).toMatchObject({ result: { reason: 'ProberError' } });
  });

  it.each([
    [{ ...row, verdict: 'down' }, 'expected reachable, unreachable or unknown in "verdict", got "down"'],
    [{ ...row, at: 'noon' }, 'expected a time such as 2026-11-21T09:35:05Z in "at", got "noon"'],
    [{ ...row, PartitionKey: undefined }, 'expected the cluster in "cluster" or "PartitionKey", got nothing'],
    [{ ...row, PartitionKey: '' }, 'expected the cluster in "cluster" or "PartitionKey", got ""'],
    [{ ...row, RowKey: 7 }, 'expected the node in "node" or in the first part of "RowKey", got nothing'],
    [[row], 'expected a result as a JSON object, got [{"PartitionKey":"shop"'],
    ['half a li', 'expected a result as a JSON object, got "half a li"'],
    [null, 'expected a result as a JSON object, got null'],
  ])('says what was expected and what came: %j', (value, sentence) => {
    expect(String(readRecorded(value)).slice(0, sentence.length)).toBe(sentence);
  });
});
