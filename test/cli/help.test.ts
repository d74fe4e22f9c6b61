import { describe, expect, it } from 'vitest';
import { commandNames, commandOf } from '../../src/cli/commands.ts';
import { helpFor } from '../../src/cli/help.ts';

it('begins with examples, and describes every command', () => {
  expect(helpFor(undefined)).toMatch(/^Examples:\n {2}npm run --silent cli -- check /);
  for (const name of commandNames) expect(helpFor(undefined)).toMatch(new RegExp(`^${name} `, 'm'));
});

describe.each(commandNames)('of %s', (name) => {
  const help = helpFor(name);

  it('has its own examples and options, and those of no other', () => {
    const others = commandNames.filter((each) => each !== name);
    expect(help).toMatch(new RegExp(`^Examples:\n  npm run --silent cli -- ${name}`));
    for (const other of others) expect(help).not.toMatch(new RegExp(`^${other} |cli -- ${other}\\b`, 'm'));
    for (const option of commandOf(name).options) expect(help).toContain(`--${option.name}`);
    expect(help).toContain('Exit status: ');
  });

  it('fits a terminal of 140 columns', () => {
    const long = help.split('\n').filter((line) => line.length > 140 && !line.includes('npm run'));
    expect(long.filter((line) => !line.startsWith('check, plan'))).toEqual([]);
  });
});
