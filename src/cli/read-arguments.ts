import { type ParseArgsConfig, parseArgs } from 'node:util';
import { didYouMean } from './did-you-mean.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
type Read<O extends Options> = ReturnType<typeof parseArgs<{ options: O; allowPositionals: true }>>;

/** A parsed command line, and what is wrong with its options. */
export interface Arguments<O extends Options> {
  values: Read<O>['values'];
  positionals: string[];
  mistakes: string[];
}

/**
 * Parses a command line like `parseArgs`, but continues after a mistake, so that all mistakes are reported at once.
 *
 * @param options - as `parseArgs` takes them.
 */
export function readArguments<O extends Options>(args: readonly string[], options: O): Arguments<O> {
  const read = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const mistakes: string[] = [];
  const known = Object.keys(options).map((each) => `--${each}`);
  for (const token of read.tokens) {
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue, index } = token;
    const type = options[name]?.type;
    if (type === undefined) mistakes.push(`Unknown option '${rawName}'${rawName.startsWith('--') ? didYouMean(rawName, known) : ''}`);
    else if (type === 'boolean' && inlineValue) mistakes.push(`expected ${rawName} without a value, got "${value}"`);
    else if (type === 'string' && value === undefined) mistakes.push(`expected a value for ${rawName}, got none`);
    else if (type === 'string' && !inlineValue && /^-./.test(value!)) {
      // The value is itself an option, which must be read too.
      const rest = readArguments(args.toSpliced(index, 1), options);
      return { ...rest, mistakes: [`expected a value for ${rawName}, got the option ${value}`, ...rest.mistakes] };
    }
  }
  const values = Object.entries(options).flatMap(([name, { type, default: fallback }]) => {
    const value = typeof read.values[name] === type ? read.values[name] : fallback;
    return value === undefined ? [] : [[name, value]];
  });
  return { values: Object.fromEntries(values) as Read<O>['values'], positionals: read.positionals, mistakes };
}
