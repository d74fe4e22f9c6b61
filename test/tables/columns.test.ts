import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  type Columns,
  count,
  cutText,
  flag,
  json,
  longJson,
  oneOf,
  optionalJson,
  optionalNumber,
  optionalOneOf,
  optionalReason,
  optionalText,
  readColumns,
  text,
  writeColumns,
} from '../../src/tables/columns.ts';
import * as z from '../../src/zod.ts';

interface Value {
  name: string;
  zone: string | undefined;
  message: string;
  failures: number;
  latencyMs: number | undefined;
  isUp: boolean;
  os: 'Linux' | 'Windows';
  agent: 'ready' | 'notReady' | undefined;
  skipped: 'Excluded' | 'Deallocated' | undefined;
  counts: { a: number };
  outage: { from: string } | undefined;
  names: string[];
}

const columns = {
  name: text,
  zone: optionalText,
  message: cutText(5),
  failures: count,
  latencyMs: optionalNumber,
  isUp: flag,
  os: oneOf('Linux', 'Windows'),
  agent: optionalOneOf('ready', 'notReady'),
  skipped: optionalReason,
  counts: json(z.object({ a: z.number() }), { a: 0 }),
  outage: optionalJson(z.object({ from: z.string() })),
  names: longJson(z.array(z.string()), []),
} as Columns<Value>;

const some = fc.string({ minLength: 1, maxLength: 5 });
const values: fc.Arbitrary<Value> = fc.record({
  name: fc.string(),
  zone: fc.option(some, { nil: undefined }),
  message: fc.string({ maxLength: 5 }),
  failures: fc.nat(),
  latencyMs: fc.option(fc.nat(), { nil: undefined }),
  isUp: fc.boolean(),
  os: fc.constantFrom('Linux', 'Windows'),
  agent: fc.constantFrom('ready', 'notReady', undefined),
  skipped: fc.constantFrom('Excluded', 'Deallocated', undefined),
  counts: fc.record({ a: fc.nat() }),
  outage: fc.option(fc.record({ from: some }), { nil: undefined }),
  names: fc.array(fc.string(), { maxLength: 3 }),
});

describe('the columns of a value', () => {
  it('read what they have written, for any value', () => {
    fc.assert(fc.property(values, (value) => void expect(readColumns(columns, writeColumns(columns, value))).toEqual(value)));
  });

  it('take away by an empty text what a value no longer has, since a merge keeps what is not named', () => {
    const none = readColumns(columns, {});
    expect(writeColumns(columns, none)).toMatchObject({ zone: '', agent: '', skipped: '', outage: '', latencyMs: -1 });
  });

  it('read what cannot be read as if it were not there, and an unknown code by the fallback of the catalogue', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const odd = { name: 7, zone: null, failures: -3, latencyMs: 'x', isUp: 'yes', os: 'BeOS', agent: 'ill', counts: '{', outage: '7' };
    expect(readColumns(columns, { ...odd, skipped: 'Whim', names0: '[' })).toEqual({
      ...readColumns(columns, {}),
      skipped: 'ProberError',
    });
    expect(warn).toHaveBeenCalledTimes(3);
    warn.mockRestore();
  });

  it('cut a text that is kept whole elsewhere', () => {
    expect(columns.message.write('123456789', 'message')).toEqual({ message: '12345' });
  });
});
