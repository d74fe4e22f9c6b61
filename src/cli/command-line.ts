import { type CliOption, type CommandName, commandNames, commandOf, commands, commonOptions, isCommand } from './commands.ts';
import { didYouMean } from './did-you-mean.ts';
import { readArguments } from './read-arguments.ts';

/** The formats of a result. */
export type Format = 'table' | 'wide' | 'json' | 'name';

/** A command line that was read by the table of commands. */
export interface CommandLine {
  /** Undefined if there is none, or none that is known. */
  command: CommandName | undefined;
  /** What follows the command, such as `nodes` after `get`. */
  words: readonly string[];
  /** The value of an option; undefined if it is not given. */
  text(name: string): string | undefined;
  has(flag: string): boolean;
  format: Format;
}

const allOptions: readonly CliOption[] = [...commands.flatMap(({ options }) => options), ...commonOptions];

const parsed = Object.fromEntries(
  allOptions.map(({ name, short, value }) => [
    name,
    { type: value === undefined ? ('boolean' as const) : ('string' as const), ...(short !== undefined && { short }) },
  ]),
);

/** Finds what is wrong with the words after a command. */
function readWords(command: CommandName, words: readonly string[], mistakes: string[]): void {
  const { words: wanted = [] } = commandOf(command);
  for (const [at, { name, values }] of wanted.entries()) {
    const given = words[at];
    const expected = values === undefined ? name : `${name}, one of ${values.join(', ')},`;
    if (given === undefined) mistakes.push(`expected ${expected} after ${[command, ...words].join(' ')}, got none`);
    else if (values !== undefined && !values.includes(given))
      mistakes.push(`expected ${expected} after ${command}, got "${given}"${didYouMean(given, values)}`);
  }
  const more = words.slice(wanted.length);
  if (more.length > 0)
    mistakes.push(`expected nothing after ${[command, ...words.slice(0, wanted.length)].join(' ')}, got "${more.join(' ')}"`);
}

/** Finds options that are not of this command, or whose value is none of those that it takes. */
function readOptions(command: CommandName, values: Readonly<Record<string, unknown>>, mistakes: string[]): void {
  const own = [...commandOf(command).options, ...commonOptions];
  for (const [name, value] of Object.entries(values)) {
    const option = own.find((each) => each.name === name);
    if (option === undefined) {
      const others = commandNames.filter((each) => commandOf(each).options.some((one) => one.name === name));
      mistakes.push(`expected --${name} with ${others.join(' or ')} only, got it with ${command}`);
    } else if (Array.isArray(option.values) && !option.values.includes(value))
      mistakes.push(`expected --${name} as one of ${option.values.join(', ')}, got "${value}"${didYouMean(String(value), option.values)}`);
  }
}

/**
 * Reads a command line by the table of commands.
 *
 * @returns what is read, and all that is wrong with it: unknown words and options, those of other commands, and values that an option does not take.
 */
export function readCommandLine(args: readonly string[]): { line: CommandLine; mistakes: string[] } {
  const { values, positionals, mistakes } = readArguments(args, parsed);
  const [first, ...words] = positionals;
  const command = isCommand(first) ? first : undefined;
  if (command === undefined)
    mistakes.push(
      `expected a command, one of ${commandNames.join(', ')}, got "${positionals.join(' ')}"${didYouMean(first ?? '', commandNames)}`,
    );
  else {
    readWords(command, words, mistakes);
    readOptions(command, values, mistakes);
  }
  if (values.json && values.output !== undefined && values.output !== 'json')
    mistakes.push(`expected --json or --output, got both and "${values.output}"`);
  const line: CommandLine = {
    command,
    words,
    text: (name) => (typeof values[name] === 'string' ? values[name] : undefined),
    has: (flag) => values[flag] === true,
    format: values.json ? 'json' : ((values.output ?? 'table') as Format),
  };
  return { line, mistakes };
}

/** Reads an option that is a whole number of a range. */
export function readNumber(line: CommandLine, name: string, fallback: number, [least, most]: [number, number], mistakes: string[]): number {
  const text = line.text(name);
  if (text === undefined) return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) mistakes.push(`expected --${name} with a whole number from ${least} to ${most}, got "${text}"`);
  return value;
}
