import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MESSAGE_VERSION, readMessage } from '../../../src/sweep/queue/messages.ts';

const now = new Date('2026-11-21T09:35:10.000Z');
/** As of which no message of ours has a later deadline. */
const latest = new Date('2026-11-21T10:00:00.000Z');
const read = (raw: unknown, at = now) => readMessage(raw, at, latest);
const cluster = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg-(pay).ments.shop';
const common = { v: 1, sweep: '2026-11-21T09:35:00Z', deadline: '2026-11-21T09:37:00.000Z' };
const slice = { cluster, slice: '0', nodes: ['aks-web-12345678-vmss000000', 'aks-web-12345678-vmss00000a'] };
const work = {
  'start-sweep': { ...common, kind: 'start-sweep', starter: 'close-sweep' },
  'list-clusters': { ...common, kind: 'list-clusters', subscription: '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01' },
  'expand-cluster': { ...common, kind: 'expand-cluster', cluster },
  'start-slice': { ...common, ...slice, kind: 'start-slice', slot: '2026-11-21T09:35:20.000Z', confirms: { n: '0123456789abcdef' } },
  'collect-slice': { ...common, ...slice, kind: 'collect-slice' },
  'assess-cluster': { ...common, kind: 'assess-cluster', cluster, assessAt: '2026-11-21T09:35:30.000Z' },
  'close-sweep': { ...common, kind: 'close-sweep' },
  'deliver-webhook': {
    v: 1,
    deadline: common.deadline,
    kind: 'deliver-webhook',
    webhook: 'pager',
    day: '2026-11-21',
    event: '0123456789abcdef0123456789abcdef',
  },
} as const;

describe('readMessage', () => {
  it.each(Object.entries(work))('reads a %s message as it was written', (_, message) => {
    expect(read(message)).toEqual({ status: 'work', message });
  });

  it('reads a start without a starter, which is the timer’s', () => {
    const message = { ...common, kind: 'start-sweep' };
    expect(read(message)).toEqual({ status: 'work', message });
  });

  it('reads names in any letter case, since keys are in lower case', () => {
    const message = { ...work['start-slice'], cluster: cluster.toUpperCase(), nodes: ['AKS-web'], confirms: { N: '0123456789abcdef' } };
    expect(read(message)).toEqual({ status: 'work', message: { ...work['start-slice'], nodes: ['aks-web'] } });
  });

  it('drops a message past its deadline, whatever else it says', () => {
    const late = { ...common, kind: 'close-sweep', deadline: '2026-11-21T09:35:09.999Z', v: 99, more: true };
    expect(read(late)).toEqual({ status: 'late', kind: 'close-sweep', deadline: '2026-11-21T09:35:09.999Z' });
    expect(read({ ...work['close-sweep'], deadline: now.toISOString() }).status).toBe('work');
  });

  it('lets a newer version wait, even of a kind that is not known here', () => {
    expect(read({ ...common, v: MESSAGE_VERSION + 1, kind: 'tidy-up', extra: [] })).toEqual({ status: 'newer', version: 2 });
  });

  it('refuses one that would wait for ever, whatever its version, and drops it once it is late', () => {
    for (const message of [{ ...work['close-sweep'] }, { ...common, v: 2, kind: 'tidy-up' }]) {
      const forged = { ...message, deadline: '9999-12-31T23:59:59.000Z' };
      const until = message.v === 2 ? '2026-11-21T10:00:00.000Z' : '2026-11-22T09:35:10.000Z';
      expect(() => read(forged)).toThrow(new RegExp(`^expected a work message with a deadline until ${until}, got 9999-12-31`));
      expect(read({ ...message, deadline: latest.toISOString() }).status).toBe(message.v === 2 ? 'newer' : 'work');
      expect(read(forged, new Date('9999-12-31T23:59:59.001Z')).status).toBe('late');
    }
  });

  it('reads one version older, and none before', () => {
    const older = { ...work['close-sweep'], v: MESSAGE_VERSION - 1 };
    expect(read(older)).toEqual({ status: 'work', message: older });
    expect(() => read({ ...older, v: MESSAGE_VERSION - 2 })).toThrow('expected a work message of version 0 or 1, got -1');
  });

  const spoiled: [what: string, message: object, where: string][] = [
    ['an unknown kind', { ...common, kind: 'tidy-up' }, 'at kind'],
    ['a property that no stage knows', { ...work['close-sweep'], target: 'https://example.com' }, 'Unrecognized key: "target"'],
    ['a cluster id that is none', { ...work['expand-cluster'], cluster: 'shop' }, 'at cluster'],
    ['no node', { ...work['collect-slice'], nodes: [] }, 'at nodes'],
    ['more than 100 nodes', { ...work['collect-slice'], nodes: Array.from({ length: 101 }, (_, n) => `n${n}`) }, 'at nodes'],
    ['a node name that no table key can hold', { ...work['collect-slice'], nodes: ['a/b'] }, 'at nodes[0]'],
    ['a node name with a control character', { ...work['collect-slice'], nodes: ['a\u0085b'] }, 'at nodes[0]'],
    ['an empty node name', { ...work['collect-slice'], nodes: [''] }, 'at nodes[0]'],
    ['a slice with a separator', { ...work['collect-slice'], slice: '0|1' }, 'at slice'],
    ['a sweep with a separator', { ...work['close-sweep'], sweep: '2026|x' }, 'at sweep'],
    ['a nonce that is none', { ...work['start-slice'], confirms: { n: 'x' } }, 'at confirms.n'],
    ['a slot that is no time', { ...work['start-slice'], slot: 'now' }, 'at slot'],
    ['an assessment time that is none', { ...work['assess-cluster'], assessAt: 5 }, 'at assessAt'],
    ['a subscription that is no GUID', { ...work['list-clusters'], subscription: '*' }, 'at subscription'],
  ];
  it.each(spoiled)('refuses %s', (_, message, where) => {
    expect(() => read(message)).toThrow(where);
  });

  it('takes one from before the schedule was made shorter', () => {
    expect(read({ ...work['close-sweep'], deadline: '2026-11-21T11:02:00.000Z' }).status).toBe('work');
    expect(() => read({ ...work['close-sweep'], v: 2, deadline: '2026-11-21T11:02:00.000Z' })).toThrow('got 2026-11-21T11:02:00.000Z');
  });

  it('names version, kind or deadline where one is missing', () => {
    expect(() => read({ v: '1', kind: 'close-sweep' })).toThrowErrorMatchingInlineSnapshot(`
      [Error: expected a work message with v, kind and deadline; ✖ Invalid input: expected number, received string
        → at v
      ✖ Invalid input: expected string, received undefined
        → at deadline]
    `);
  });

  it('takes nothing that was not written by this program: it is refused, late or newer', () => {
    const field = fc.oneof(fc.anything(), fc.constantFrom(...Object.values(common), ...Object.keys(work)));
    const almost = fc.record(
      {
        v: fc.constantFrom(1, 0, '1', null),
        kind: fc.constantFrom(...Object.keys(work)),
        deadline: field,
        sweep: field,
        cluster: field,
        nodes: field,
      },
      { requiredKeys: ['kind'] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.anything(), almost), (raw) => {
        try {
          const found = read(raw);
          // The only whole messages that these parts can make.
          if (found.status === 'work') expect(['start-sweep', 'close-sweep']).toContain(found.message.kind);
        } catch (error) {
          expect((error as Error).message).toMatch(/^expected a /);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
