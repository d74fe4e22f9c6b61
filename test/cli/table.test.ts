import { describe, expect, it } from 'vitest';
import { cutMiddle, layOutTable, widthOf } from '../../src/cli/table.ts';

describe('a table', () => {
  const rows = [
    ['aks-web-12345678-vmss000000', 'reachable', 7],
    ['aks-web-12345678-vmss00000a', 'unknown', 12],
  ];

  it('has numbers to the right and texts to the left, and no spaces at the end of a line', () => {
    expect(layOutTable(['Node', 'Verdict', 'Ms'], rows)).toEqual([
      'Node                         Verdict    Ms',
      'aks-web-12345678-vmss000000  reachable   7',
      'aks-web-12345678-vmss00000a  unknown    12',
    ]);
  });

  it('fits a width by cutting the widest column in its middle, where names are alike', () => {
    const lines = layOutTable(['Node', 'Verdict', 'Ms'], rows, 35);
    expect(lines.every((line) => line.length <= 35)).toBe(true);
    expect(lines[2]).toMatch(/^aks-web-12…mss00000a {2}unknown/);
  });

  it('is wider than asked for rather than unreadable', () => {
    expect(layOutTable(['Node'], [['aks-web-12345678-vmss000000']], 1)[1]).toHaveLength(12);
  });

  it('lets no character of a name move the cursor', () => {
    expect(layOutTable(['Node'], [['a\u001b[2Jb\nc']])).toEqual(['Node', 'a [2Jb c']);
  });
});

it('a text is cut to exactly what is left for it', () => {
  expect([cutMiddle('abcdef', 6), cutMiddle('abcdefg', 6), cutMiddle('abcdefgh', 5)]).toEqual(['abcdef', 'abc…fg', 'ab…gh']);
});

it('only a terminal has a width, and wide has none', () => {
  const terminal = { isTTY: true, columns: 90 };
  expect([widthOf('table', terminal), widthOf('wide', terminal), widthOf('table', {})]).toEqual([90, undefined, undefined]);
});
