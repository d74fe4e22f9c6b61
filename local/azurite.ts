import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { awaitStart, type Starting } from './await-start.ts';

/** A running storage emulator. */
export interface Azurite {
  /** Connection string of `devstoreaccount1`. */
  connectionString: string;
  /** Connection string of one of the accounts asked for; throws on any other name. */
  connectionStringFor(account: string): string;
  /** Addresses of the services of `devstoreaccount1`, for callers that sign in. */
  serviceUris: Readonly<Record<'blob' | 'queue' | 'table', string>>;
  pid: number;
  /** Ends the emulator and resolves when its process is gone. */
  stop(): Promise<void>;
}

export interface AzuriteOptions extends Pick<Starting, 'onWait' | 'patience'> {
  /** Folder for the data; in memory without one. */
  dir?: string;
  /** Accounts beside `devstoreaccount1`. */
  accounts?: string[];
  /** PEM files of a certificate for 127.0.0.1 and its key: it then speaks https and takes tokens of Entra ID, whose signature it does not check. */
  tls?: { certificate: string; key: string };
  /** Fixed ports; free ones are taken where none is given. */
  ports?: { blob?: number; queue?: number; table?: number };
}

const SERVICES = ['Blob', 'Queue', 'Table'] as const;
const DEFAULT_ACCOUNT = 'devstoreaccount1';
// https://learn.microsoft.com/azure/storage/common/storage-use-azurite#well-known-storage-account-and-key
const DEFAULT_KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

// Loaded before Azurite: when the parent ends, however it ends, the channel closes, and Azurite saves its data and ends too.
const EXIT_WITH_PARENT =
  'data:text/javascript,process.on("disconnect",()=>{process.kill(process.pid,"SIGTERM");setTimeout(()=>process.exit(0),15000).unref()})';

/**
 * Starts the real Azurite as a child process on loopback that never outlives this one.
 * @param options - Data folder, extra accounts and fixed ports.
 * @throws When it ends or stalls before it is up, or when a fixed port is taken.
 */
export async function startAzurite(options: AzuriteOptions = {}): Promise<Azurite> {
  const keys = new Map([[DEFAULT_ACCOUNT, DEFAULT_KEY]]);
  for (const account of options.accounts ?? []) keys.set(account, createHash('sha512').update(account).digest('base64'));
  const { ports = {}, dir, tls, onWait, patience } = options;
  const flags = ['--silent', '--disableTelemetry', '--skipApiVersionCheck', ...(dir ? ['--location', dir] : ['--inMemoryPersistence'])];
  if (tls !== undefined) flags.push('--oauth', 'basic', '--cert', tls.certificate, '--key', tls.key);
  const listen = SERVICES.flatMap((service) => {
    const name = service.toLowerCase() as keyof typeof ports;
    return [`--${name}Host`, '127.0.0.1', `--${name}Port`, String(ports[name] ?? 0)];
  });
  const child = fork(createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js'), [...flags, ...listen], {
    cwd: dir ?? tmpdir(),
    // Its own group: a Ctrl-C in the terminal must not take storage away from a host that is still draining.
    detached: true,
    env: { ...process.env, AZURITE_ACCOUNTS: [...keys].map(([name, key]) => `${name}:${key}`).join(';') },
    execArgv: ['--import', EXIT_WITH_PARENT],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    const hardStop = setTimeout(() => child.kill('SIGKILL'), 20_000);
    // Not a signal: the open channel would keep Azurite's process alive after its servers have closed.
    if (child.connected) child.disconnect();
    await exited;
    clearTimeout(hardStop);
  };

  const urls = new Map<string, string>();
  const said: string[] = [];
  const up = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout!, child.stderr!]) {
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line);
        const listening = /Azurite (\w+) service is successfully listening at (\S+)/.exec(line);
        if (listening) urls.set(listening[1]!, listening[2]!);
        if (urls.size === SERVICES.length) resolve();
      });
    }
    child.once('close', (code) => reject(new Error(notUp(`ended with code ${code}`, said))));
  });
  await awaitStart(up, { name: 'Azurite', pid: child.pid!, said, onWait, patience }).catch(async (error: unknown) => {
    child.kill('SIGKILL');
    await exited;
    throw error;
  });

  const connectionStringFor = (account: string): string => {
    const key = keys.get(account);
    if (!key)
      throw new Error(
        `Expected one of the accounts ${[...keys.keys()].join(', ')}, got "${account}": name it in startAzurite({ accounts }).`,
      );
    const endpoints = SERVICES.map((service) => `${service}Endpoint=${urls.get(service)}/${account};`);
    return `DefaultEndpointsProtocol=${tls === undefined ? 'http' : 'https'};AccountName=${account};AccountKey=${key};${endpoints.join('')}`;
  };
  const uriOf = (service: (typeof SERVICES)[number]) => `${urls.get(service)}/${DEFAULT_ACCOUNT}`;
  const serviceUris = { blob: uriOf('Blob'), queue: uriOf('Queue'), table: uriOf('Table') };
  return { connectionString: connectionStringFor(DEFAULT_ACCOUNT), connectionStringFor, serviceUris, pid: child.pid!, stop };
}

function notUp(what: string, said: string[]): string {
  const taken = said.map((line) => /EADDRINUSE\D*[\d.]+:(\d+)/.exec(line)?.[1]).find(Boolean);
  if (taken) return `Port ${taken} for Azurite is taken: stop the other program or choose another port.`;
  return `Azurite ${what}; its last output: ${said.at(-1) ?? 'none'}.`;
}
