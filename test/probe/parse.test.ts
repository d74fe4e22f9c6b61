import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseReport, type Report, stdoutOf } from '../../src/probe/parse.ts';

const hex = (length: number) => fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const nonce = hex(16);
const name = fc.string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz_'), minLength: 1, maxLength: 20 });
const value = fc.oneof(
  fc.string({ unit: fc.constantFrom(...' !"#$%&\'()*+,-./0129:;<=>?@AZ[]^_`az{|}~'), maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !/[\n\r]/.test(text)),
);
const report: fc.Arbitrary<Report> = fc.record({
  exitCode: fc.nat(255),
  facts: fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 8 }).map((entries) => new Map(entries)),
});
const noise = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constantFrom('', '\n', 'AFP1 begin', 'AFP1 end 0123456789abcdef rc=0', 'AFP1 begin 0123456789abcdef\nserver=v1', 'curl=0\n'),
);
const frameOf = (id: string, { exitCode, facts }: Report) =>
  `\nAFP1 begin ${id}\n${[...facts].map(([key, text]) => `${key}=${text}\n`).join('')}AFP1 end ${id} rc=${exitCode}\n`;
const runs = { numRuns: 10_000 };

const id = '0123456789abcdef';

describe('parseReport', () => {
  it('reads a complete frame, whatever stood before it and however lines end', () => {
    fc.assert(
      fc.property(nonce, report, noise, fc.boolean(), fc.constantFrom('', '\n', ' \n\n'), (id, told, before, crlf, after) => {
        const frame = frameOf(id, told) + after;
        expect(parseReport(before + (crlf ? frame.replaceAll('\n', '\r\n') : frame), id)).toEqual(told);
      }),
      runs,
    );
  });

  it('takes no frame that was cut off at its end', () => {
    fc.assert(
      fc.property(nonce, report, noise, fc.nat(), (id, told, before, at) => {
        const whole = before + frameOf(id, told);
        // All but the digits of the exit code and the line's end.
        const rest = whole.slice(0, at % (whole.lastIndexOf('=') + 2));
        expect(parseReport(rest, id)).toBeUndefined();
      }),
      runs,
    );
  });

  it('takes no frame that was cut off at its beginning', () => {
    fc.assert(
      fc.property(nonce, report, fc.nat(), (id, told, at) => {
        const whole = frameOf(id, told);
        const begin = whole.indexOf('AFP1 begin') + 1;
        expect(parseReport(whole.slice(begin + (at % (whole.length - begin))), id)).toBeUndefined();
      }),
      runs,
    );
  });

  it('takes no frame of another run, alone or before its own was printed', () => {
    fc.assert(
      fc.property(nonce, nonce, report, noise, (id, other, told, before) => {
        fc.pre(id !== other);
        expect(parseReport(before + frameOf(other, told), id)).toBeUndefined();
        expect(parseReport(frameOf(id, told) + frameOf(other, told), id)).toBeUndefined();
      }),
      runs,
    );
  });

  it('takes no frame that one run began and another ended', () => {
    fc.assert(
      fc.property(nonce, nonce, report, (id, other, told) => {
        fc.pre(id !== other);
        const [own, foreign] = [frameOf(id, told), frameOf(other, told)];
        const mixed = [own.replace(`end ${id}`, `end ${other}`), foreign.replace(`end ${other}`, `end ${id}`)];
        expect(mixed.map((frame) => parseReport(frame, id))).toEqual([undefined, undefined]);
      }),
      runs,
    );
  });

  it('reads its own frame behind that of another run', () => {
    fc.assert(
      fc.property(nonce, nonce, report, report, (id, other, told, stale) => {
        fc.pre(id !== other);
        expect(parseReport(frameOf(other, stale) + frameOf(id, told), id)).toEqual(told);
      }),
      runs,
    );
  });

  it('reads the last frame of its own, where the script began more than once', () => {
    const told: Report = { exitCode: 1, facts: new Map([['ms', '7']]) };
    expect(parseReport(`AFP1 begin ${id}\nms=5\n${frameOf(id, told)}`, id)).toEqual(told);
    expect(parseReport(frameOf(id, { exitCode: 0, facts: new Map() }) + frameOf(id, told), id)).toEqual(told);
  });

  it('takes no frame behind which anything else was printed', () => {
    fc.assert(
      fc.property(nonce, report, fc.string({ unit: 'grapheme', minLength: 1 }), (id, told, after) => {
        fc.pre(after.trim() !== '' && !/^\d/.test(after));
        expect(parseReport(frameOf(id, told) + after, id)).toBeUndefined();
        expect(parseReport(frameOf(id, told).trimEnd() + after.trimEnd(), id)).toBeUndefined();
      }),
      runs,
    );
  });

  it('takes no frame one of whose marks was changed by a character, and never another exit code', () => {
    const change = fc.record({
      at: fc.nat(),
      kind: fc.constantFrom('replace', 'insert', 'delete'),
      by: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    });
    fc.assert(
      fc.property(nonce, report, change, (id, told, { at, kind, by }) => {
        const whole = frameOf(id, told);
        const place = at % (whole.lastIndexOf('=') + 1);
        const changed = whole.slice(0, place) + (kind === 'delete' ? '' : by) + whole.slice(kind === 'insert' ? place : place + 1);
        const read = parseReport(changed, id);
        if (read === undefined) return;
        expect(read.exitCode).toBe(told.exitCode);
        const factsFrom = whole.indexOf('\n', 1) + 1;
        const factsTo = whole.lastIndexOf('\nAFP1 end') + 1;
        const touchedMark = (place > 0 && place < factsFrom - 1) || place > factsTo;
        if (touchedMark) expect(changed.replaceAll('\r\n', '\n').replace(/^\s+/, '\n')).toBe(whole.replace(/^\s+/, '\n'));
      }),
      runs,
    );
  });

  it('takes nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(noise, fc.string({ unit: 'binary', maxLength: 200 })), nonce, (text, id) => {
        expect(parseReport(text, id)).toBeUndefined();
      }),
      runs,
    );
  });

  it.each([
    ['a line that is no fact', `AFP1 begin ${id}\nhello\nAFP1 end ${id} rc=0`],
    ['an empty line', `AFP1 begin ${id}\n\nAFP1 end ${id} rc=0`],
    ['the same fact twice', `AFP1 begin ${id}\nms=1\nms=2\nAFP1 end ${id} rc=0`],
    ['a fact too long to be ours', `AFP1 begin ${id}\nsaid=${'x'.repeat(401)}\nAFP1 end ${id} rc=0`],
    ['no exit code', `AFP1 begin ${id}\nAFP1 end ${id} rc=`],
    ['a negative exit code', `AFP1 begin ${id}\nAFP1 end ${id} rc=-1`],
    ['its marks the wrong way round', `AFP1 end ${id} rc=0\nAFP1 begin ${id}`],
    ['only its end', `AFP1 end ${id} rc=0`],
    ['another version of the protocol', `AFP2 begin ${id}\nAFP2 end ${id} rc=0`],
  ])('takes no frame with %s', (_, text) => {
    expect(parseReport(text, id)).toBeUndefined();
  });

  it('takes no frame for an empty nonce', () => {
    expect(parseReport('AFP1 begin \nAFP1 end  rc=0', '')).toBeUndefined();
  });
});

describe('stdoutOf', () => {
  const linux = (stdout: string, stderr: string) => [
    { code: 'ProvisioningState/succeeded', message: `Enable succeeded: \n[stdout]\n${stdout}\n[stderr]\n${stderr}` },
  ];

  it('takes stdout out of the one entry of a Linux node', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((each) => !each.includes('[stderr]'));
    fc.assert(fc.property(text, text, (stdout, stderr) => stdoutOf(linux(stdout, stderr)) === stdout));
  });

  it('takes the right one of the two entries of a Windows node, in either order', () => {
    const entries = [
      { code: 'ComponentStatus/StdOut/succeeded', message: 'out' },
      { code: 'ComponentStatus/StdErr/succeeded', message: '\n[stdout]\nfake' },
    ];
    expect([stdoutOf(entries), stdoutOf([...entries].reverse())]).toEqual(['out', 'out']);
  });

  it.each([
    ['no entry', []],
    ['an entry without message', [{ code: 'ProvisioningState/succeeded' }]],
    ['a run that a restart cut short', [{ message: "Enable succeeded: Last script execution didn't finish." }]],
  ])('is empty for %s', (_, statuses) => {
    expect(stdoutOf(statuses)).toBe('');
  });

  it('keeps what there is of a message that was cut before its second stream', () => {
    expect(stdoutOf([{ message: 'Enable succeeded: \n[stdout]\nhalf' }])).toBe('half');
  });
});
