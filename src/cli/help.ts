import { type CliOption, type Command, type CommandName, commandNames, commandOf } from './commands.ts';
import { invocation } from './program.ts';

const WIDTH = 140;
const INDENT = 28;

/** Breaks a text at spaces, and indents all lines but the first. */
function wrap(text: string, indent: number): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!;
    if (last === '') lines[lines.length - 1] = word;
    else if (indent + last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}

function describeOption({ name, short, value, text }: CliOption): string {
  const head = `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
  const gap = head.length + 4 > INDENT ? `\n${' '.repeat(INDENT)}` : ' '.repeat(INDENT - 2 - head.length);
  return `  ${head}${gap}${wrap(text, INDENT)}`;
}

const wordsOf = ({ words = [] }: Command) => words.map(({ name, values }) => ` ${values === undefined ? name : values.join('|')}`).join('');

function describeCommand(command: Command): string {
  const { name, summary, options, notes, exit } = command;
  return [
    wrap(`${name}${wordsOf(command)}  ${summary}`, 2),
    ...options.map(describeOption),
    ...notes.map((note) => `  ${wrap(note, 2)}`),
    `  ${wrap(`Exit status: ${exit}`, 2)}`,
  ].join('\n');
}

/**
 * The help: the examples first, then what it does.
 *
 * @param command - the command that help is asked for; all of them without one.
 */
export function helpFor(command: CommandName | undefined): string {
  const shown = (command === undefined ? commandNames : [command]).map(commandOf);
  const examples = shown.flatMap((each) => (command === undefined ? each.examples.slice(0, 2) : each.examples));
  return `${[
    ['Examples:', ...examples.map((example) => `  ${invocation} ${example}`)].join('\n'),
    'check, plan and notify work with your own sign-in, directly with Azure, and store nothing; get, describe and watch ask a deployed service.',
    ...shown.map(describeCommand),
    `${command === undefined ? '--help after a command describes it alone; --version prints the version. ' : ''}The result goes to standard output, progress to standard error.`,
  ].join('\n\n')}\n`;
}
