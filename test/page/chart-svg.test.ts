import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { axisOf, barChart, lineChart, markChart, sparkline, stepChart, trendBars } from '../../src/page/chart-svg.ts';
import { wordsOf } from './views.ts';

const window = { from: 0, until: 1000 };
const pathOf = (text: string, look: string) => new RegExp(`<path class="${look}" d="([^"]*)"`).exec(text)?.[1];

describe('lines over time', () => {
  const draw = (values: readonly (number | undefined)[], most = 10) =>
    pathOf(
      lineChart(window, [['l1', values.map((value, nth) => (value === undefined ? undefined : { at: nth * 100, value }))]], most, 'a line')
        .text,
      'l1',
    );

  it('join neighbours, and begin anew after a gap', () => {
    expect(draw([0, 10, undefined, 5, 5])).toBe('M0 96L100 6M300 51L400 51');
  });

  it('show a value between two gaps as a short dash', () => {
    expect(draw([undefined, 10, undefined])).toBe('M97 6h6');
    expect(draw([10])).toBe('M0 6h6');
  });

  it('stay in their picture, whatever the values', () => {
    const values = fc.array(fc.option(fc.nat(10), { nil: undefined }), { maxLength: 20 });
    fc.assert(
      fc.property(values, fc.constantFrom(0, 10), (given, most) => {
        const own = given.map((value) => value && Math.min(value, most));
        const d = draw(own, most)!;
        expect(d).not.toMatch(/NaN|Infinity|undefined/);
        for (const [, x, y] of d.matchAll(/[ML]([\d.]+) ([\d.]+)/g)) expect([Number(x) <= 2000, Number(y) <= 96]).toEqual([true, true]);
      }),
    );
  });
});

describe('steps over time', () => {
  it('rise and fall where the number does, and fill what is below', () => {
    const { text } = stepChart(
      window,
      [
        { at: 200, value: 2 },
        { at: 600, value: 0 },
      ],
      2,
      'two at most',
    );
    expect(pathOf(text, 'step')).toBe('M0 60H200V1H600V60H1000');
    expect(pathOf(text, 'f-area')).toContain('M0 60H200V1H600V60H1000V60H0Z');
    expect(text).toContain('aria-label="two at most"');
  });

  it('fill nothing where the number is 0, and begin where it is known', () => {
    const { text } = stepChart(window, [{ at: 500, value: 0 }], 0, 'none', 500);
    expect(text).not.toContain('f-area');
    expect(pathOf(text, 'step')).toBe('M500 60H500V60H1000');
  });
});

describe('stretches and moments', () => {
  it('are wide enough to be seen, and cut off at the ends of the picture', () => {
    const { text } = barChart(
      window,
      [
        { from: -500, until: 100 },
        { from: 500, until: 500.1 },
      ],
      'f-mt',
      'two',
    );
    expect([...text.matchAll(/x="([^"]+)" y="6" width="([^"]+)"/g)].map(([, x, width]) => [Number(x), Number(width)])).toEqual([
      [0, 100],
      [500, 2],
    ]);
  });

  it('leave nothing to see where there is none', () => {
    expect(markChart(window, [], 'no change').text).not.toContain('class="strong"');
    expect(pathOf(markChart(window, [250], 'one').text, 'strong')).toBe('M250 2V22');
  });
});

it('small columns and a line without axes say their numbers, and draw nothing that is none', () => {
  expect(trendBars([0, 3]).text).toContain('aria-label="In each sweep: 0, 3"');
  expect(trendBars([0, 3]).text).toMatch(/f-np.*f-bad/);
  for (const values of [[], [0], [7], [1, 2, 3]]) expect(sparkline(values, 'times').text).not.toMatch(/NaN|Infinity/);
});

it('an axis has clock times within two days, and days beyond, and ends with now', () => {
  const axis = (days: number) =>
    wordsOf(axisOf({ from: Date.parse('2026-11-21T00:00:00Z'), until: Date.parse('2026-11-21T00:00:00Z') + days * 86_400_000 }).text);
  expect(axis(1)).toMatch(/^00:00.*20:00now$/);
  expect(axis(30)).toMatch(/^21 Nov.*now$/);
});
