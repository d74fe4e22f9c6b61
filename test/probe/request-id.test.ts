import fc from 'fast-check';
import { expect, it } from 'vitest';
import { requestIdOf, requestPrefix } from '../../src/probe/request-id.ts';

const nonce = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 16, maxLength: 16 });

it('is a GUID that begins as its sweep says, and is the same for the same run only', () => {
  fc.assert(
    fc.property(fc.string(), nonce, nonce, (run, one, other) => {
      const id = requestIdOf(run, one);
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(id.slice(0, 13)).toBe(requestPrefix(run));
      expect(requestIdOf(run, other) === id).toBe(one === other);
      expect(id.replaceAll('-', '')).not.toContain(one);
    }),
  );
});

it('tells sweeps and checks apart', () => {
  const runs = ['2026-11-30T11:00:00Z', '2026-11-30T11:05:00Z', '2026-11-30-0123456789abcdef'];
  expect(new Set(runs.map(requestPrefix)).size).toBe(3);
});
