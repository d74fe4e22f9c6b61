import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type ArmReply, armError, throttledReply } from './arm-reply.ts';
import { type AzureRequest, ConnectionClosed } from './serve-azure.ts';

type Ask = () => Promise<ArmReply>;
/** One way in which a call goes wrong. `draw` is a number from 0 to 1 that belongs to the call. */
type Way = (ask: Ask, draw: number) => ArmReply | Promise<ArmReply>;

/** What may stand in a list of Azure where states of power are. */
const viewed = z.looseObject({
  properties: z.looseObject({ instanceView: z.looseObject({ statuses: z.array(z.looseObject({ code: z.string() })) }) }),
});
const listed = z.looseObject({ value: z.array(z.unknown()) });

/** What goes wrong between the prober and Azure. */
export interface Chaos {
  /** The option `intercept` of a simulator. */
  intercept(request: AzureRequest, ask: Ask): Promise<ArmReply>;
  /** The option `refuseToken` of worlds whose credential asks for a token before each call. */
  refuseToken(): Error | undefined;
  /** How many calls there were while it lasted, how many of them failed, and how often each way was taken. */
  counts(): { calls: number; failed: number; byWay: Record<string, number> };
  /** From now on every call is answered as it should be. */
  end(): void;
}

/** A hung call is cut off by something on the way, a load balancer for example. */
const HUNG_MS = 3000;
/** The SDK asks for a new token when the old one is about to expire; a day, as Azure has it, would hide all failures of tokens. */
const TOKEN_SECONDS = 10;

const closed = (): never => {
  throw new ConnectionClosed();
};
const failing =
  (status: number, code: string): Way =>
  () =>
    armError(status, code, 'The request failed.');
const afterwards =
  (way: Way): Way =>
  async (ask, draw) => {
    await ask();
    return way(ask, draw);
  };

const failures: Record<string, Way> = {
  throttled: () => throttledReply('Subscription', 1),
  '500': failing(500, 'InternalServerError'),
  '502': failing(502, 'BadGateway'),
  '503': failing(503, 'ServerUnavailable'),
  'token expired': failing(401, 'ExpiredAuthenticationToken'),
  reset: closed,
};
const hung: Way = async () => {
  await sleep(HUNG_MS);
  return closed();
};
const tokenFailures: Record<string, Way> = { throttled: failures.throttled!, '500': failures['500']!, reset: closed, hung };
/** The run begins, and nobody is told its URL. */
const runFailures: Record<string, Way> = {
  ...failures,
  '502 after the start': afterwards(failures['502']!),
  'reset after the start': afterwards(closed),
};

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
const LIST = /\/(subscriptions|managedClusters|virtualMachineScaleSets|virtualMachines)$/i;

/**
 * Lets a share of all calls to Azure fail: of tokens, lists, reads, starts of runs and polls; each request counts, so also each repetition of the SDK.
 * Of the lists that fail, every third is answered with 200 and is wrong.
 *
 * What happens to a call depends only on the seed, its address and how often that was called before, not on the order of calls at the same time.
 *
 * @param share - from 0 to 1.
 */
export function createChaos(seed: number, share: number): Chaos {
  const times = new Map<string, number>();
  const byWay: Record<string, number> = {};
  let [calls, failed, isOver] = [0, 0, false];
  /** Four numbers from 0 to 1 for the next call of that name. */
  const draw = (name: string): number[] => {
    const time = times.get(name) ?? 0;
    times.set(name, time + 1);
    const hash = createHash('sha256').update(`${seed} ${name} ${time}`).digest();
    return [0, 4, 8, 12].map((at) => hash.readUInt32BE(at) / 2 ** 32);
  };
  /** The way in which the next call of that name fails, if it does. */
  const next = (
    name: string,
    kind: string,
    ways: Record<string, Way>,
    others = ways,
  ): ((ask: Ask) => ArmReply | Promise<ArmReply>) | undefined => {
    const [luck, isOther, which, rest] = draw(name) as [number, number, number, number];
    calls += 1;
    if (luck >= share) return undefined;
    failed += 1;
    const all = Object.entries(isOther < 1 / 3 ? others : ways);
    const [way, answer] = all[Math.floor(which * all.length)]!;
    byWay[`${kind}: ${way}`] = (byWay[`${kind}: ${way}`] ?? 0) + 1;
    return (ask) => answer(ask, rest);
  };
  const wayFor = ({ method, url }: AzureRequest) => {
    const path = url.pathname;
    if (path === '/msi/token') return next(path, 'token', tokenFailures);
    if (method === 'POST') return next(path, 'run', runFailures);
    // The ids of operations are made up anew each time.
    if (/\/operations\//i.test(path)) return next('poll', 'poll', failures);
    return LIST.test(path) ? next(path + url.searchParams.get('$skiptoken'), 'list', failures, lies) : next(path, 'read', failures);
  };
  return {
    async intercept(request, ask) {
      const path = request.url.pathname;
      if (!path.startsWith('/subscriptions') && path !== '/msi/token') return ask();
      const way = isOver ? undefined : wayFor(request);
      const reply = await (way === undefined ? ask() : way(ask));
      if (path !== '/msi/token' || reply.status !== 200) return reply;
      const expires = String(Math.floor(Date.now() / 1000) + TOKEN_SECONDS);
      return { ...reply, body: { ...(reply.body as object), expires_on: expires } };
    },
    refuseToken() {
      return !isOver && next('sign-in', 'token', { refused: closed }) ? new Error('no token') : undefined;
    },
    counts: () => ({ calls, failed, byWay: Object.fromEntries(Object.entries(byWay).sort()) }),
    end() {
      isOver = true;
    },
  };
}
