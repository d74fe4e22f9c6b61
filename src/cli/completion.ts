import { type CliOption, type Command, commands, commonOptions, type ShellName } from './commands.ts';
import { PROGRAM } from './program.ts';

const all: readonly Command[] = commands;
const FUNCTION = `_${PROGRAM.replaceAll('-', '_')}`;

const optionsOf = ({ options }: Command): readonly CliOption[] => [...options, ...commonOptions];
const flagsOf = ({ short, name }: CliOption) => [...(short === undefined ? [] : [`-${short}`]), `--${name}`];
const firstWords = ({ words }: Command) => words?.[0]?.values ?? [];
/** Options that take a value, each once: a name means the same in every command, but for its values. */
const valued = (command: Command) => optionsOf(command).filter(({ value }) => value !== undefined);
const names = all.map(({ name }) => name).join(' ');

/** A text in single quotes, as sh, zsh and fish read it. */
const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
/** A text in single quotes, as PowerShell reads it: its typographic quotes are quotes there too. */
const quoteForPowerShell = (text: string) => `'${text.replace(/['\u2018\u2019]/g, '$&$&')}'`;

function bash(): string {
  const ofValues = (command: Command) =>
    valued(command).map((option) => {
      const { values } = option;
      const words =
        values === 'file'
          ? 'COMPREPLY=($(compgen -f -- "$cur"))'
          : `COMPREPLY=($(compgen -W ${quote((values ?? []).join(' '))} -- "$cur"))`;
      return `      ${command.name}:${flagsOf(option).join(`|${command.name}:`)}) ${words}; return ;;`;
    });
  const ofCommands = all.map((command) => {
    const words = [...firstWords(command), ...optionsOf(command).flatMap(flagsOf)].join(' ');
    return `    ${command.name}) COMPREPLY=($(compgen -W ${quote(words)} -- "$cur")) ;;`;
  });
  return `# bash completion of ${PROGRAM}
${FUNCTION}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) command="$word"; break ;; esac
  done
  COMPREPLY=()
  case "$command:$prev" in
${all.flatMap(ofValues).join('\n')}
  esac
  case "$command" in
${ofCommands.join('\n')}
    *) COMPREPLY=($(compgen -W ${quote(`${names} --help --version`)} -- "$cur")) ;;
  esac
}
complete -o filenames -F ${FUNCTION} ${PROGRAM}
`;
}

function zsh(): string {
  // In a specification, brackets and colons have a meaning of their own.
  const escaped = (text: string) => text.replace(/[[\]:\\]/g, '\\$&');
  const specification = (option: CliOption) => {
    const { value, values, text } = option;
    const action = values === 'file' ? '_files' : values === undefined ? ' ' : `(${values.join(' ')})`;
    const after = value === undefined ? '' : `:${escaped(value)}:${action}`;
    const flags = flagsOf(option);
    return flags.map((flag) => quote(`${flags.length > 1 ? `(${flags.join(' ')})` : ''}${flag}[${escaped(text)}]${after}`));
  };
  const ofCommands = all.map((command) => {
    const words = (command.words ?? []).map(({ name, values }, at) =>
      quote(`${at + 1}:${escaped(name)}:${values === undefined ? ' ' : `(${values.join(' ')})`}`),
    );
    return `    ${command.name}) _arguments ${[...optionsOf(command).flatMap(specification), ...words].join(' ')} ;;`;
  });
  return `#compdef ${PROGRAM}
# zsh completion of ${PROGRAM}
${FUNCTION}() {
  local -a commands
  if (( CURRENT == 2 )); then
    commands=(${all.map(({ name, summary }) => quote(`${name}:${escaped(summary)}`)).join(' ')})
    _describe command commands
    _arguments ${commonOptions.flatMap(specification).join(' ')}
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$command" in
${ofCommands.join('\n')}
  esac
}
if [ "$funcstack[1]" = "${FUNCTION}" ]; then ${FUNCTION} "$@"; else compdef ${FUNCTION} ${PROGRAM}; fi
`;
}

function fish(): string {
  const line = (condition: string, rest: string) => `complete -c ${PROGRAM} -n ${quote(condition)} ${rest}`;
  const ofOption = (condition: string, { name, short, value, values, text }: CliOption) => {
    const action =
      value === undefined ? '' : values === 'file' ? ' -r -F' : ` -x${values === undefined ? '' : ` -a ${quote(values.join(' '))}`}`;
    return line(condition, `${short === undefined ? '' : `-s ${short} `}-l ${name}${action} -d ${quote(text)}`);
  };
  const ofCommand = (command: Command) => {
    const seen = `__fish_seen_subcommand_from ${command.name}`;
    const words = firstWords(command).join(' ');
    const isFirst = `${seen}; and not __fish_seen_subcommand_from ${words}`;
    return [...(words === '' ? [] : [line(isFirst, `-a ${quote(words)}`)]), ...optionsOf(command).map((option) => ofOption(seen, option))];
  };
  return `# fish completion of ${PROGRAM}
complete -c ${PROGRAM} -f
${[
  ...all.map(({ name, summary }) => line('__fish_use_subcommand', `-a ${name} -d ${quote(summary)}`)),
  ...commonOptions.map((option) => ofOption('__fish_use_subcommand', option)),
  ...all.flatMap(ofCommand),
].join('\n')}
`;
}

function powershell(): string {
  const list = (words: readonly string[]) => `@(${words.map(quoteForPowerShell).join(', ')})`;
  const ofCommand = (command: Command) => {
    const values = valued(command).flatMap((option) =>
      flagsOf(option).map((flag) => `${quoteForPowerShell(flag)} = ${list(typeof option.values === 'object' ? option.values : [])}`),
    );
    const words = [...firstWords(command), ...optionsOf(command).flatMap(flagsOf)];
    return `    ${quoteForPowerShell(command.name)} = @{ words = ${list(words)}; values = @{ ${values.join('; ')} } }`;
  };
  return `# PowerShell completion of ${PROGRAM}
Register-ArgumentCompleter -Native -CommandName ${quoteForPowerShell(PROGRAM)} -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $commands = @{
${all.map(ofCommand).join('\n')}
  }
  $given = @($commandAst.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
  $command = $given | Where-Object { $_ -notlike '-*' } | Select-Object -First 1
  if (-not $command) { $words = ${list([...all.map(({ name }) => name), '--help', '--version'])} }
  elseif (-not $commands.ContainsKey($command)) { $words = @() }
  elseif ($commands[$command].values.ContainsKey($given[-1])) { $words = $commands[$command].values[$given[-1]] }
  else { $words = $commands[$command].words }
  $words | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;
}

const scripts = { bash, zsh, fish, powershell } as const satisfies Record<ShellName, () => string>;

/** The script that completes the command line in a shell, made from the table of commands. */
export const completionFor = (shell: ShellName): string => scripts[shell]();
