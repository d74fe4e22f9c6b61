import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ComputeManagementClient } from '@azure/arm-compute';
import { ContainerServiceClient } from '@azure/arm-containerservice';
import { SubscriptionClient } from '@azure/arm-resources-subscriptions';
import type { HttpClient } from '@azure/core-rest-pipeline';

const root = fileURLToPath(new URL('../../', import.meta.url));
const SUBSCRIPTION = '00000000-0000-4000-8000-000000000000';
// Where Azure has a started Run Command asked about, as its recorded answers say.
const OPERATION = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope/operations/1`;

/** The modules that the deployed app can reach from its functions, by path; what only the CLI uses is not among them. */
export async function readApp(entries: readonly string[]): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const waiting = [...entries];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (texts.has(path)) continue;
    const text = await readFile(join(root, path), 'utf8');
    texts.set(path, text);
    for (const [, target] of text.matchAll(/(?:from |import\()'(\.[^']+\.ts)'/g)) waiting.push(join(dirname(path), target!));
  }
  return texts;
}

/** The action that Azure asks for before it serves a request: types of the path, then what is done to the last of them. */
export function actionOf(method: string, path: string): string {
  const types = path.split('/providers/').at(-1)!.split('/').filter(Boolean);
  if (!path.includes('/providers/')) return 'Microsoft.Resources/subscriptions/read';
  const [provider, ...rest] = types;
  const names = rest.filter((_, index) => index % 2 === 0);
  return `${[provider, ...names].join('/')}/${method === 'POST' ? 'action' : 'read'}`;
}

type Call = (...args: unknown[]) => unknown;

/** Lets the SDK write the request of one call, and sends it nowhere. */
async function requestOf(group: object, name: string): Promise<{ method: string; path: string } | undefined> {
  const call = (group as Record<string, Call>)[name];
  if (typeof call !== 'function') return undefined;
  const result = call.apply(group, Array(call.length).fill('a')) as Partial<AsyncIterator<unknown>>;
  const stopped = await Promise.resolve(typeof result.next === 'function' ? result.next() : result).then(
    () => undefined,
    (error: unknown) => error,
  );
  return stopped instanceof Stopped ? { method: stopped.method, path: stopped.path } : undefined;
}

class Stopped extends Error {
  readonly method: string;
  readonly path: string;
  constructor(method: string, url: string) {
    super(`${method} ${url}`);
    this.method = method;
    this.path = new URL(url).pathname;
  }
}

/** Every action that the modules given need, found by having the SDK write the request of each of their calls. */
export async function deriveActions(modules: ReadonlyMap<string, string>): Promise<Map<string, string>> {
  const httpClient: HttpClient = {
    async sendRequest({ method, url }) {
      throw new Stopped(method, url);
    },
  };
  const options = { httpClient, retryOptions: { maxRetries: 0 } };
  const credential = { getToken: async () => ({ token: 'none', expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const clients: object[] = [
    new ComputeManagementClient(credential, SUBSCRIPTION, options),
    new ContainerServiceClient(credential, SUBSCRIPTION, options),
    new SubscriptionClient(credential, options),
  ];
  const actions = new Map<string, string>();
  for (const [path, text] of modules)
    for (const { 1: group, 2: name, index } of text.matchAll(/\.(?!pipeline)(\w+)\.(\w+)\b/g)) {
      const client = clients.find((each) => typeof (each as Record<string, unknown>)[group!] === 'object');
      const request = client && (await requestOf((client as Record<string, object>)[group!]!, name!));
      if (request === undefined) continue;
      const action = actionOf(request.method, request.path);
      actions.set(action, path);
      const args = text.slice(index, text.indexOf(')', index));
      if (args.includes("expand: 'instanceView'")) actions.set(action.replace(/read$/, 'instanceView/read'), path);
      if (request.method === 'POST') actions.set(actionOf('GET', OPERATION), path);
    }
  return actions;
}
