import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type ArmReply, armError, throttledReply } from '../../local/simulator/arm-reply.ts';
import { type AzureRequest, ConnectionClosed } from '../../local/simulator/serve-azure.ts';
import { drawByName } from './dice.ts';
import type { AzureCalls, SinkName, Trouble } from './troubles.ts';

type Ask = () => Promise<ArmReply>;
/** One way in which a call goes wrong. `draw` is a number from 0 to 1 that belongs to the call. */
type Way = (ask: Ask, draw: number, path: string) => ArmReply | Promise<ArmReply>;

/** What goes wrong between the prober and Azure, and between it and its sinks. */
export interface TroubledAzure {
  /** The option `intercept` of a simulator. */
  intercept(request: AzureRequest, ask: Ask): Promise<ArmReply>;
  /** How many calls there were, and how often each way was taken. */
  counts(): { calls: number; failed: number; byWay: Record<string, number> };
}

/** A hung call is cut off by something on the way, a load balancer for example. */
const HUNG_MS = 120;

const closed = (): never => {
  throw new ConnectionClosed();
};
const failing =
  (status: number, code: string): Way =>
  () =>
    armError(status, code, 'The request failed.');
const afterwards =
  (way: Way): Way =>
  async (ask, draw, path) => {
    await ask();
    return way(ask, draw, path);
  };
const hung: Way = async () => {
  await sleep(HUNG_MS);
  return closed();
};

const failures: Record<string, Way> = {
  '409': failing(409, 'Conflict'),
  '412': failing(412, 'PreconditionFailed'),
  '429': (_, draw) => throttledReply('Subscription', Math.ceil(draw * 40)),
  '500': failing(500, 'InternalServerError'),
  '502 in HTML': () => ({ status: 502, headers: { 'content-type': 'text/html' }, body: '<html><h1>502 Bad Gateway</h1></html>' }),
  '503': failing(503, 'ServerUnavailable'),
  '504': failing(504, 'GatewayTimeout'),
  '401, the token has expired': failing(401, 'ExpiredAuthenticationToken'),
  reset: closed,
  hung,
};
/** The run begins, and nobody learns its URL. */
const startFailures: Record<string, Way> = {
  ...failures,
  '502 after the start': afterwards(failures['502 in HTML']!),
  'reset after the start': afterwards(closed),
};
/** What may stand in a list of Azure where states of power are. */
const viewed = z.looseObject({
  properties: z.looseObject({ instanceView: z.looseObject({ statuses: z.array(z.looseObject({ code: z.string() })) }) }),
});
const listed = z.looseObject({ value: z.array(z.unknown()) });

/** An answer with another list in it. What is no list stays as it is. */
const listing =
  (change: (value: unknown[], draw: number) => Record<string, unknown>): Way =>
  async (ask, draw) => {
    const reply = await ask();
    const body = listed.safeParse(reply.body);
    if (reply.status !== 200 || !body.success) return reply;
    return { ...reply, body: { ...body.data, ...change(body.data.value, draw) } };
  };

const powered = (state: string | undefined): Way =>
  listing((value) => ({
    value: value.map((each) => {
      const machine = viewed.safeParse(each);
      if (!machine.success) return each;
      const { properties } = machine.data;
      const others = properties.instanceView.statuses.filter(({ code }) => !code.startsWith('PowerState/'));
      const statuses = state === undefined ? others : [...others, { code: `PowerState/${state}` }];
      return { ...machine.data, properties: { ...properties, instanceView: { ...properties.instanceView, statuses } } };
    }),
  }));

/** Lists that are answered with 200, and are wrong. */
const lies: Record<string, Way> = {
  'empty list': listing(() => ({ value: [], nextLink: undefined })),
  'empty page': listing(() => ({ value: [] })),
  'missing pages': listing(() => ({ nextLink: undefined })),
  'one missing': listing((value, draw) => ({ value: value.toSpliced(Math.floor(draw * value.length), 1) })),
  'null for a list': listing(() => ({ value: null })),
  'null in a list': listing((value) => ({ value: [null, ...value.slice(1)] })),
  'power unknown': powered('unknown'),
  'no power state': powered(undefined),
};
const tokenFailures: Record<string, Way> = { '429': failures['429']!, '500': failures['500']!, reset: closed, hung };
const sinkFailures: Record<string, Way> = {
  '429': () => ({ status: 429, headers: { 'retry-after': '20' }, body: {} }),
  '500': failing(500, 'InternalServerError'),
  '503': failing(503, 'ServerUnavailable'),
  reset: closed,
  'reset after it was accepted': afterwards(closed),
};
const LIST = /\/(subscriptions|managedClusters|virtualMachineScaleSets|virtualMachines)$/i;

/** What kind of call a request is; undefined for the simulator's own routes. */
function kindOf({ method, url }: AzureRequest): AzureCalls | SinkName | undefined {
  const path = url.pathname;
  if (path === '/msi/token') return 'tokens';
  if (path.startsWith('/webhooks/')) return 'webhook';
  if (/\/v2(\.1)?\/track$/.test(path)) return 'ingestion';
  if (!path.startsWith('/subscriptions') && !path.startsWith('/providers')) return undefined;
  if (method === 'POST' && path.endsWith('/runCommand')) return 'starts';
  if (/\/operations\//i.test(path)) return 'polls';
  return LIST.test(path) ? 'lists' : 'reads';
}

/** Whether a path is of the machines of a cluster, `subscription.group.name`: clusters may have nodes of the same names. */
function isOf(cluster: string, path: string): boolean {
  const [subscription, ...rest] = cluster.split('.') as [string, ...string[]];
  return path.toLowerCase().includes(`/subscriptions/${subscription}/resourcegroups/mc_${rest.join('_')}_`);
}

const isFinal = ({ status, body }: ArmReply) => status === 200 && !/InProgress/.test(JSON.stringify(body ?? ''));

/**
 * Lets calls go wrong as the troubles say that are in force at the time of the call. What happens to one depends only on the seed, its address and how
 * often that was called before, not on the order of calls at the same time.
 *
 * @param active - the troubles in force now.
 */
export function troubleAzure(seed: number, active: () => readonly Trouble[]): TroubledAzure {
  const draw = drawByName(seed);
  const byWay: Record<string, number> = {};
  let [calls, failed] = [0, 0];
  const lost = new Set<string>();
  const earlier = new Map<string, ArmReply>();
  /** Azure loses an operation whose run has ended: nobody learns the result. */
  const lose: Way = async (ask, _, path) => {
    const reply = await ask();
    if (!isFinal(reply)) return reply;
    lost.add(path);
    return armError(404, 'NotFound', 'The operation cannot be found.');
  };
  /** A list as it was when it was asked for first. */
  const lag: Way = async (ask, _, path) => earlier.get(path) ?? ask();
  const waysOf: Record<AzureCalls | SinkName, Record<string, Way>> = {
    reads: failures,
    lists: { ...failures, ...lies, 'list lags behind': lag },
    starts: startFailures,
    polls: { ...failures, 'operation lost': lose },
    tokens: tokenFailures,
    ingestion: sinkFailures,
    webhook: sinkFailures,
  };
  const shareOf = (kind: AzureCalls | SinkName) =>
    Math.max(
      0,
      ...active().map((trouble) => {
        if (trouble.kind === 'azure') return (trouble.calls as readonly string[]).includes(kind) ? trouble.share : 0;
        return trouble.kind === 'sink' && trouble.sink === kind ? trouble.share : 0;
      }),
    );
  /** What Azure says of machines whose computers have another name. */
  const renaming = (reply: ArmReply, path: string): ArmReply => {
    const renamed = active()
      .filter((each) => each.kind === 'renamed')
      .filter(({ cluster }) => isOf(cluster, path));
    if (renamed.length === 0 || reply.body === undefined || typeof reply.body === 'string') return reply;
    const named = (text: string, { node, to }: { node: string; to: string }) =>
      text.replaceAll(`"computerName":"${node}"`, `"computerName":"${to}"`);
    return { ...reply, body: JSON.parse(renamed.reduce(named, JSON.stringify(reply.body))) };
  };
  return {
    async intercept(request, answer) {
      const kind = kindOf(request);
      if (kind === undefined) return answer();
      const ask = async () => (kind === 'lists' || kind === 'reads' ? renaming(await answer(), request.url.pathname) : answer());
      calls += 1;
      const { pathname, search } = request.url;
      const path = kind === 'lists' ? pathname + search : pathname;
      if (lost.has(path)) return armError(404, 'NotFound', 'The operation cannot be found.');
      // The ids of operations are made up anew each time.
      const [luck, which, rest] = draw(kind === 'polls' ? kind : path);
      if (luck >= shareOf(kind)) {
        const reply = await ask();
        if (kind === 'lists' && reply.status === 200 && !earlier.has(path)) earlier.set(path, reply);
        return reply;
      }
      failed += 1;
      const all = Object.entries(waysOf[kind]);
      const [way, fail] = all[Math.floor(which * all.length)]!;
      byWay[`${kind}: ${way}`] = (byWay[`${kind}: ${way}`] ?? 0) + 1;
      return fail(ask, rest, path);
    },
    counts: () => ({ calls, failed, byWay }),
  };
}
