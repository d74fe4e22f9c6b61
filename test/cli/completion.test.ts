import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandNames, type ShellName } from '../../src/cli/commands.ts';
import { completionFor } from '../../src/cli/completion.ts';

const pwsh = fileURLToPath(new URL('../../.local/pwsh/pwsh', import.meta.url));
const has = (program: string) => spawnSync(program, ['--version']).error === undefined;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'aks-fleet-prober-completion-'));
  for (const shell of ['bash', 'zsh', 'fish', 'powershell'] as const) await writeFile(join(dir, shell), completionFor(shell));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Lines whose last word is begun. */
const LINES = ['', 'ch', 'get ', 'get nodes --', 'get nodes --reachable ', 'plan -o '] as const;
type Line = (typeof LINES)[number];
type Answers = Record<Line, string[]>;

const start = promisify(execFile);
async function run(program: string, args: string[]): Promise<string> {
  const env = { ...process.env, HOME: dir, XDG_CONFIG_HOME: dir, TERM: 'dumb' };
  return (await start(program, args, { encoding: 'utf8', env })).stdout;
}

async function askEach(ask: (line: string) => Promise<string[]>): Promise<Answers> {
  const answers = await Promise.all(LINES.map(async (line) => [line, await ask(`aks-fleet-prober ${line}`)] as const));
  return Object.fromEntries(answers) as Answers;
}

/** Asks a shell what it completes each line with. */
const askShell: Record<ShellName, () => Promise<Answers>> = {
  bash: () =>
    askEach(async (line) => {
      const words = line.split(' ');
      const typed = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}`;
      const script = `. '${join(dir, 'bash')}'; ${typed}; _aks_fleet_prober; printf '%s\\n' "\${COMPREPLY[@]}"`;
      return (await run('bash', ['--norc', '-c', script])).trim().split('\n');
    }),
  zsh: () =>
    askEach(async (line) => {
      // The completion system of zsh needs a terminal: zpty gives it one.
      const script = `
zmodload zsh/zpty
zpty -b shell zsh -f -i
zpty -w shell 'PS1=; autoload -Uz compinit; compinit -D -u; source ${join(dir, 'zsh')}; LISTMAX=10000; setopt nobeep; echo RE""ADY'
zpty -m -r shell out '*READY*'
zpty -w -n shell '${line}'$'\\C-d'
out=''; integer tries=0
while (( tries++ < 400 )); do
  if zpty -r -t shell part; then out+="$part"; tries=0; [[ $out == *$'\\r\\n'*$'\\r\\n'* ]] && (( tries = 370 )); else sleep 0.05; fi
done
print -r -- "$out"
zpty -d shell`;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal is told beside text.
      return (await run('zsh', ['-f', '-c', script])).replace(/\u001b\[[\d;?]*[a-zA-Z]/g, '').split(/\s+/);
    }),
  fish: () =>
    askEach(async (line) => {
      const output = await run('fish', ['--no-config', '-c', `source '${join(dir, 'fish')}'; complete -C '${line}'`]);
      return output
        .trim()
        .split('\n')
        .map((each) => each.split('\t')[0]!);
    }),
  // It takes seconds to start: one process answers for all lines.
  async powershell() {
    const load = `. ([scriptblock]::Create((Get-Content -Raw '${join(dir, 'powershell')}')))`;
    const ask = (line: string) => {
      const typed = `aks-fleet-prober ${line}`;
      return `((TabExpansion2 -inputScript '${typed}' -cursorColumn ${typed.length}).CompletionMatches.CompletionText) -join ' '`;
    };
    const output = await run(pwsh, ['-NoProfile', '-Command', [load, ...LINES.map(ask)].join('; ')]);
    const lists = output.trim().split(/\r?\n/);
    return Object.fromEntries(LINES.map((line, at) => [line, lists[at]!.split(' ')])) as Answers;
  },
};

// PowerShell is fetched by scripts/fetch-powershell.sh; zsh and fish are tested where they are installed.
const isThere: Record<ShellName, boolean> = { bash: has('bash'), zsh: has('zsh'), fish: has('fish'), powershell: existsSync(pwsh) };

describe.each(['bash', 'zsh', 'fish', 'powershell'] as const)('%s', (shell) => {
  it('is given every command', () => {
    for (const name of commandNames) expect(completionFor(shell)).toContain(name);
  });

  it.skipIf(!isThere[shell])(
    'completes commands, what follows them, their options alone, and the values of these',
    { timeout: 60_000 },
    async () => {
      const answers = await askShell[shell]();
      expect(answers['']).toEqual(expect.arrayContaining([...commandNames]));
      expect(answers.ch).toContain('check');
      expect(answers['get ']).toEqual(expect.arrayContaining(['clusters', 'nodes', 'outages', 'incidents', 'sweeps']));
      expect(answers['get nodes --']).toEqual(expect.arrayContaining(['--cluster', '--limit', '--server', '--output']));
      expect(answers['get nodes --']).not.toContain('--vmss');
      expect(answers['get nodes --reachable ']).toEqual(expect.arrayContaining(['True', 'False', 'Unknown']));
      expect(answers['plan -o ']).toEqual(expect.arrayContaining(['table', 'wide', 'json', 'name']));
    },
  );
});
