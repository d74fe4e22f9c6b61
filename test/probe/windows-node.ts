import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The real PowerShell: `PWSH`, then `PATH`, then where `.ci/run` puts it. */
export const pwsh = [
  process.env.PWSH ?? '',
  ...(process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'pwsh')),
  fileURLToPath(new URL('../../.local/pwsh/pwsh', import.meta.url)),
].find((path) => path !== '' && existsSync(path));

const packages = fileURLToPath(new URL('../../.local/net472/packages/', import.meta.url));
const [mscorlib] = globSync(join(packages, 'microsoft.netframework.*/*/build/.NETFramework/v4.7.2/mscorlib.dll'));
const [reader] = globSync(join(packages, 'system.reflection.metadataloadcontext/*/lib/net8.0/*.dll'));
/** The reference assemblies of the .NET Framework below Windows PowerShell 5.1, and what reads them, where `.ci/run` puts them. */
export const netFramework = mscorlib && reader ? { references: dirname(mscorlib), reader } : undefined;

/** What stands in the named lines at the top of `windows.ps1` in place of what only Windows has. */
export interface WindowsLines {
  kubectl: string;
  kubeconfig: string;
  litter?: string;
  imds?: string;
  nodeName?: string;
  /** The environment of the agent. */
  agent?: Record<string, string>;
  /** The keys of the registry below `HKLM:\SYSTEM\`, each with its values; any other is not there. */
  registry?: Record<string, Record<string, string | string[]>>;
  /** The addresses of all names, in place of what this machine's resolver says. */
  addresses?: string[];
  /** What the name servers say by server, `own` for those of the node: an error of `Resolve-DnsName` by its id, or the types of the records. */
  dns?: Record<string, string | string[]>;
}

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
const list = (texts: string[]) => `@(${texts.map(quote).join(', ')})`;
const table = (pairs: Record<string, string | string[]>) =>
  `@{ ${Object.entries(pairs)
    .map(([key, value]) => `${quote(key)} = ${typeof value === 'string' ? quote(value) : list(value)}`)
    .join('; ')} }`;

/** Puts a node made of a folder in place of Windows, line by line. */
export function substituteWindowsLines(script: string, node: WindowsLines): string {
  const registry = Object.entries(node.registry ?? {}).map(([key, values]) => `${quote(key)} = [PSCustomObject]${table(values)}`);
  const lines: Record<string, string> = {
    Kubectl: quote(node.kubectl),
    KubeconfigFile: quote(node.kubeconfig),
    Litter: quote(node.litter ?? '/nowhere/script*.ps1'),
    Imds: quote(node.imds ?? 'http://127.0.0.1:1/'),
    NodeName: quote(node.nodeName ?? 'akswin000000'),
    AgentEnvironment: table(node.agent ?? {}),
    Registry: `{ param($path) $keys = @{ ${registry.join('; ')} }; if ($keys[$path]) { $keys[$path] } else { throw 'no such key' } }`,
    LookUp: [
      `{ param($question) $server = if ($question['Server']) { $question['Server'] } else { 'own' }`,
      `$said = (${table(node.dns ?? {})})[$server]`,
      `if ($said -is [string]) { Write-Error -Message $said -ErrorId $said } else { $said | ForEach-Object { [PSCustomObject]@{ Type = $_ } } } }`,
    ].join('; '),
  };
  if (node.addresses) lines.Resolve = `{ ${quote(node.addresses.join(' '))} }`;
  return Object.entries(lines).reduce((text, [name, value]) => {
    const line = new RegExp(`^\\$${name} = .*$`, 'm');
    if (!line.test(text)) throw new Error(`expected a line "$${name} = " in the script`);
    return text.replace(line, () => `$${name} = ${value}`);
  }, script);
}

export interface WindowsRun {
  output: string;
  /** What went to any other stream: nothing may. */
  errors: string[];
  seconds: number;
}

/** One PowerShell that runs scripts side by side. */
export class PowerShellDriver {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (run: WindowsRun) => void>();
  #next = 0;

  constructor(env: Record<string, string>) {
    const file = fileURLToPath(new URL('./windows-driver.ps1', import.meta.url));
    this.#child = spawn(pwsh!, ['-NoProfile', '-NonInteractive', '-File', file], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      const { id, ...run } = JSON.parse(line) as WindowsRun & { id: number };
      this.#waiting.get(id)?.(run);
      this.#waiting.delete(id);
    });
  }

  run(script: string): Promise<WindowsRun> {
    const id = this.#next++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.stdin!.write(`${JSON.stringify({ id, script })}\n`);
    });
  }

  close(): void {
    this.#child.stdin!.end();
    this.#child.kill();
  }
}
