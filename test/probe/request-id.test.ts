import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newRequestPrefix, requestIdOf, requestPrefixOfCheck } from '../../src/probe/request-id.ts';

const nonce = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 16, maxLength: 16 });

it('is a GUID that begins as its sweep says, and is the same for the same run only', () => {
  fc.assert(
    fc.property(nonce, nonce, (one, other) => {
      const prefix = newRequestPrefix();
      const id = requestIdOf(prefix, one);
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(id.startsWith(prefix)).toBe(true);
      expect(requestIdOf(prefix, other) === id).toBe(one === other);
      expect(id.replaceAll('-', '')).not.toContain(one);
    }),
  );
});

it('begins in another way for each sweep and each check, and for a sweep in one that nobody can guess', () => {
  expect(new Set(Array.from({ length: 100 }, newRequestPrefix)).size).toBe(100);
  const checks = ['2026-11-30-0123456789abcdef', '2026-11-30-0123456789abcdee'].map(requestPrefixOfCheck);
  expect(new Set(checks).size).toBe(2);
  for (const prefix of checks) expect(prefix).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}$/);
});
