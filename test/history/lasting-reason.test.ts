import { describe, expect, it } from 'vitest';
import { asLasting } from '../../src/history/lasting-reason.ts';
import type { ProbeResult } from '../../src/model/node-state.ts';
import type { ReasonCode } from '../../src/model/reasons.ts';
import { inconclusive } from '../../src/model/verdict.ts';

const result = (reason: ReasonCode): ProbeResult => ({ ...inconclusive(reason, 'no'), nonce: 'n', run: 'r', sweep: 's', at: 'a' });
const turnsInto = (reason: ReasonCode, latest: ReasonCode | undefined, unknowns: number) =>
  asLasting(inconclusive(reason, 'no'), { latest: latest && result(latest), unknowns, failures: 0 }, 3).reason;

describe('a failure that comes each time', () => {
  it('lasts from the third one in a row on', () => {
    const inARow = [0, 1, 2].map((unknowns) => turnsInto('RunCommandFailed', unknowns > 0 ? 'RunCommandFailed' : undefined, unknowns));
    expect(inARow).toEqual(['RunCommandFailed', 'RunCommandFailed', 'RunCommandBroken']);
  });

  it('goes on lasting, and passes with the first other verdict', () => {
    expect(turnsInto('RunCommandFailed', 'RunCommandBroken', 7)).toBe('RunCommandBroken');
    expect(turnsInto('RunCommandFailed', 'AgentNotReady', 7)).toBe('RunCommandFailed');
    expect(turnsInto('RunCommandFailed', 'Reachable', 0)).toBe('RunCommandFailed');
  });

  it('cannot be transient twice in a row', () => {
    const transient = (latest: ReasonCode, failures: number) =>
      asLasting({ ...result('Transient'), verdict: 'unreachable' }, { latest: result(latest), unknowns: 0, failures }, 3).reason;
    expect([transient('Reachable', 0), transient('Transient', 1), transient('Undiagnosed', 2)]).toEqual([
      'Transient',
      'Undiagnosed',
      'Undiagnosed',
    ]);
    expect(transient('DnsTimeout', 4)).toBe('Transient');
  });

  it('keeps a reason that passes whenever it comes', () => {
    expect(turnsInto('NodeBusy', 'NodeBusy', 9)).toBe('NodeBusy');
  });
});
