import { expect, it } from 'vitest';
import { commandNames, helpFor, isCommand } from '../../src/cli/help.ts';

it('begins with examples, and tells of every command', () => {
  expect(helpFor(undefined).startsWith('Examples:\n')).toBe(true);
  for (const name of commandNames) expect(helpFor(undefined)).toMatch(new RegExp(`^${name} `, 'm'));
});

it.each(commandNames)('of %s has its own examples and options, and those of no other', (name) => {
  const help = helpFor(name);
  const others = commandNames.filter((each) => each !== name);
  expect(help).toMatch(new RegExp(`^  npm run --silent cli -- ${name}`, 'm'));
  for (const other of others) expect(help).not.toMatch(new RegExp(`^${other} |cli -- ${other}\\b`, 'm'));
  expect(help).toContain('Exit status: ');
});

it('knows the names of commands', () => {
  expect([isCommand('plan'), isCommand('plant'), isCommand(undefined)]).toEqual([true, false, false]);
});
