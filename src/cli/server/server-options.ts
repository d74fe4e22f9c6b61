import { readFileSync } from 'node:fs';
import { isNodeName } from '../../model/node-name.ts';
import { readClusterName } from '../check-options.ts';
import { type CommandLine, type Format, readNumber } from '../command-line.ts';
import type { ListName, SubjectName } from '../commands.ts';

/** How a request proves who asks. */
export type SignIn = { by: 'nothing' } | { by: 'key'; key: string } | { by: 'entra'; scope: string };

/** A deployed service. */
export interface Server {
  /** Ends in `/api/`. */
  url: string;
  signIn: SignIn;
}

/** The options of `get`, `describe` and `watch`. */
export interface ServerOptions {
  server: Server;
  /** What follows the command. */
  what: ListName | SubjectName | undefined;
  name: string | undefined;
  /** The name of a cluster, in lower case. */
  cluster: string | undefined;
  state: 'open' | 'all';
  reachable: string | undefined;
  limit: number;
  everyMs: number;
  format: Format;
}

const SERVER = 'AKS_FLEET_PROBER_SERVER';
const KEY = 'AKS_FLEET_PROBER_KEY';
const USUAL_LIMIT = 100;
const MOST_LIMIT = 100_000;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether an address is on this machine, which no key and no token leaves on the way to it. */
export const isLoopback = ({ hostname }: URL): boolean => LOOPBACK.test(hostname);

/** Reads the address of a service. What it is refused for is never shown: it may hold a key. */
function readUrl(text: string | undefined, from: string, mistakes: string[]): URL | undefined {
  const example = 'such as https://fleet-prober-prod.azurewebsites.net';
  if (text === undefined || text === '') {
    mistakes.push(`expected the address of the service, ${example}, by --server or ${SERVER}, got none`);
    return undefined;
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) mistakes.push(`expected ${from} with an address, ${example}`);
  else if (url.username || url.password || url.search || url.hash || !/^\/(api\/?)?$/.test(url.pathname))
    mistakes.push(`expected ${from} with a host alone, ${example}, got more: a key has no place there, see --key-file`);
  else if (url.protocol === 'http:' && !isLoopback(url))
    mistakes.push(`expected ${from} with https, got http to ${url.hostname}: whoever is on the way could read the key and the answers`);
  else return url;
  return undefined;
}

function readKey(line: CommandLine, environment: NodeJS.ProcessEnv, mistakes: string[]): string | undefined {
  const file = line.text('key-file');
  let key = environment[KEY];
  try {
    if (file !== undefined) key = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    mistakes.push(`expected --key-file with a file that can be read: ${(error as Error).message}`);
    return undefined;
  }
  const trimmed = key?.trim();
  if (file === undefined && !trimmed) return undefined;
  if (!trimmed || !/^[\x21-\x7e]{1,1000}$/.test(trimmed))
    mistakes.push(`expected a function key, one word on one line, in ${file === undefined ? KEY : `the file of --key-file, ${file}`}`);
  return trimmed;
}

function readSignIn(line: CommandLine, environment: NodeJS.ProcessEnv, mistakes: string[]): SignIn {
  const entra = line.text('entra');
  if (entra === undefined) {
    const key = readKey(line, environment, mistakes);
    return key === undefined ? { by: 'nothing' } : { by: 'key', key };
  }
  if (line.text('key-file') !== undefined) mistakes.push('expected --key-file or --entra, got both');
  if (!/^[\w.:/-]{1,300}$/.test(entra))
    mistakes.push(`expected --entra with the App ID URI of the service, such as api://<id>, got "${entra}"`);
  return { by: 'entra', scope: entra.endsWith('/.default') ? entra : `${entra.replace(/\/$/, '')}/.default` };
}

/**
 * Reads the options of the commands that ask a deployed service.
 *
 * @returns undefined if no service can be asked; then there are mistakes.
 */
export function readServerOptions(line: CommandLine, environment: NodeJS.ProcessEnv, mistakes: string[]): ServerOptions | undefined {
  const given = line.text('server');
  const url = readUrl(given ?? environment[SERVER], given === undefined ? SERVER : '--server', mistakes);
  const signIn = readSignIn(line, environment, mistakes);
  if (url !== undefined && signIn.by === 'nothing' && !isLoopback(url))
    mistakes.push(`expected a function key, by --key-file or ${KEY}, or --entra with the App ID URI of the service, got neither`);
  const [what, name] = line.words as [ServerOptions['what'], string | undefined];
  if (what === 'node' && name !== undefined && !isNodeName(name.toLowerCase()))
    mistakes.push(`expected the name of a Kubernetes node after describe node, got "${name}"`);
  const isOf = (...lists: (typeof what)[]) => what === undefined || lists.includes(what);
  const only = (option: string, ...lists: (typeof what)[]) => {
    if (line.text(option) !== undefined && !isOf(...lists))
      mistakes.push(`expected --${option} with ${lists.join(' or ')}, got it with ${what}`);
  };
  only('cluster', 'nodes', 'outages', 'node');
  only('state', 'outages', 'incidents');
  only('reachable', 'nodes');
  const options = {
    what,
    name: name?.toLowerCase(),
    cluster: readClusterName(line, mistakes),
    state: line.text('state') === 'all' ? ('all' as const) : ('open' as const),
    reachable: line.text('reachable'),
    limit: readNumber(line, 'limit', USUAL_LIMIT, [1, MOST_LIMIT], mistakes),
    everyMs: readNumber(line, 'every', 15, [5, 3600], mistakes) * 1000,
    format: line.format,
  };
  return url === undefined ? undefined : { server: { url: `${url.origin}/api/`, signIn }, ...options };
}
