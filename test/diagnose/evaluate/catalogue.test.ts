import { describe, expect, it } from 'vitest';
import { explain } from '../../../src/diagnose/evaluate/catalogue.ts';
import { findingCodes } from '../../../src/model/finding.ts';

describe('the catalogue of findings', () => {
  it('explains every code, in the order of the codes', () => {
    expect(Object.keys(explain)).toEqual([...findingCodes]);
  });

  it.each(findingCodes)('says of %s in whole sentences what it means and what to do', (code) => {
    const { means, todo } = explain[code];
    for (const text of [means, todo.say]) expect(text).toMatch(/^[A-Z].{20,}[.)]$/);
  });
});
