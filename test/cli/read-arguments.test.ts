import { describe, expect, it } from 'vitest';
import { readArguments } from '../../src/cli/read-arguments.ts';
import { usageError } from '../../src/cli/usage-error.ts';

const options = {
  node: { type: 'string' },
  many: { type: 'string', default: '5' },
  json: { type: 'boolean', default: false },
  verbose: { type: 'boolean', short: 'v' },
} as const;
const read = (...args: string[]) => readArguments(args, options);

describe('a command line', () => {
  it('is read with its options, their defaults and what else there is', () => {
    expect(read('check', '--node', 'a', '-v', '--', '--b')).toEqual({
      values: { node: 'a', many: '5', json: false, verbose: true },
      positionals: ['check', '--b'],
      mistakes: [],
    });
    expect(read('--node=-a', '--many', '-').values).toMatchObject({ node: '-a', many: '-' });
  });

  it('is told of all that is wrong with it at once', () => {
    expect(read('--nonsense=3', '-vx', '--json=yes', '--many', '--node').mistakes).toEqual([
      'expected a value for --many, got the option --node',
      "Unknown option '--nonsense'",
      "Unknown option '-x'",
      'expected --json without a value, got "yes"',
      'expected a value for --node, got none',
    ]);
  });

  it('has the default of what could not be read, and nothing that nobody knows', () => {
    expect(read('--many', '--nonsense=3').values).toEqual({ many: '5', json: false });
    expect(read('--json=yes', '--many').values).toEqual({ many: '5', json: false });
  });

  it('loses no option that stands where a value should be', () => {
    const { values, mistakes } = read('--node', '--json', '--many', '-v');
    expect([values.json, values.verbose]).toEqual([true, true]);
    expect(mistakes).toEqual(['expected a value for --node, got the option --json', 'expected a value for --many, got the option -v']);
  });
});

it('mistakes are one message: a sentence, or a list', () => {
  expect(usageError(['expected a, got b']).message).toBe('expected a, got b; see --help');
  expect(usageError(['expected a', 'expected b']).message).toBe('2 mistakes; correct them, see --help:\n  expected a\n  expected b');
});
