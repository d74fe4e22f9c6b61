import { describe, expect, it } from 'vitest';
import { readCommandLine, readNumber } from '../../src/cli/command-line.ts';

const mistakesOf = (...args: string[]) => readCommandLine(args).mistakes;

describe('a command line', () => {
  it('is read by the table of commands', () => {
    const { line, mistakes } = readCommandLine(['get', 'nodes', '--cluster', 'shop', '-o', 'wide']);
    expect(mistakes).toEqual([]);
    expect([line.command, line.words, line.text('cluster'), line.format]).toEqual(['get', ['nodes'], 'shop', 'wide']);
  });

  it('has the format table unless it is said, and json by a name of its own', () => {
    expect([readCommandLine(['plan']).line.format, readCommandLine(['plan', '--json']).line.format]).toEqual(['table', 'json']);
    expect(mistakesOf('plan', '--json', '-o', 'json')).toEqual([]);
    expect(mistakesOf('plan', '--json', '-o', 'wide')).toEqual(['expected --json or --output, got both and "wide"']);
  });

  it('is refused with all that is wrong with it, and with what may have been meant', () => {
    expect(mistakesOf('get', 'node', '--node', 'x', '-o', 'jsn', '--limti=3', 'more')).toEqual([
      "Unknown option '--limti'; did you mean --limit?",
      expect.stringMatching(/^expected WHAT, one of clusters, .*, after get, got "node"; did you mean nodes\?$/),
      'expected nothing after get node, got "more"',
      'expected --node with check only, got it with get',
      'expected --output as one of table, wide, json, name, got "jsn"; did you mean json?',
    ]);
  });

  it('needs the words of its command, and no more', () => {
    expect(mistakesOf('describe', 'node')).toEqual(['expected NAME after describe node, got none']);
    expect(mistakesOf('plan', 'all', 'of', 'it')).toEqual(['expected nothing after plan, got "all of it"']);
    expect(mistakesOf('completion', 'csh')).toEqual([
      expect.stringMatching(/^expected SHELL, one of bash, .*, after completion, got "csh"/),
    ]);
  });

  it('names the commands where there is none', () => {
    expect(mistakesOf()).toEqual([expect.stringMatching(/^expected a command, one of check, plan, .*, got ""$/)]);
    expect(mistakesOf('chek')).toEqual([expect.stringMatching(/got "chek"; did you mean check\?$/)]);
  });
});

it('a number is whole and of its range', () => {
  const read = (text: string) => {
    const mistakes: string[] = [];
    return [readNumber(readCommandLine(['get', 'nodes', `--limit=${text}`]).line, 'limit', 7, [1, 10], mistakes), mistakes];
  };
  expect(read('10')).toEqual([10, []]);
  for (const wrong of ['0', '11', '1.5', 'x', ''])
    expect(read(wrong)[1]).toEqual([`expected --limit with a whole number from 1 to 10, got "${wrong}"`]);
});
