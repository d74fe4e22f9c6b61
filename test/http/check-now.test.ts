import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FleetFile } from '../../local/simulator/fleet-schema.ts';
import { formToken } from '../../src/http/session.ts';
import { pageSecret } from '../../src/tables/page-secret.ts';
import { wordsOf } from '../page/views.ts';
import { openSweepWorld, type SweepWorld } from '../sweep/sweep-world.ts';
import { ask } from './ask.ts';
import { explainBreach, undescribedHeaders } from './contract.ts';

const subscription = 'aaaaaaaa-0000-4000-8000-000000000001';
const cluster = `${subscription}.rg-shop.shop`;
const HOST = '127.0.0.1';
let world: SweepWorld;
let nodes: string[];
let cookie: string;
beforeAll(async () => {
  const shop: FleetFile['subscriptions'][number]['clusters'][number] = {
    name: 'shop',
    resourceGroup: 'rg-shop',
    location: 'westeurope',
    kubernetesVersion: '1.33.5',
    pools: [{ name: 'web', count: 6 }],
  };
  const fleet = { subscriptions: [{ id: subscription, name: 'One', clusters: [shop] }] };
  world = await openSweepWorld(fleet, { CHECKS_PER_MINUTE: '1000' });
  await world.sweep();
  nodes = Object.keys(await world.outcomes(cluster)).sort();
  cookie = await signedIn('the key');
}, 120_000);
afterAll(() => world?.stop());

async function signedIn(key: string): Promise<string> {
  const { headers } = await ask(world.services(), 'status/session', { headers: { 'x-functions-key': key } });
  return headers.get('set-cookie')!.split(';')[0]!;
}
const pathOf = (node: string) => `clusters/${cluster}/nodes/${node}`;

/** The token that a page of a node shows to somebody. */
async function tokenFor(node: string, own = cookie): Promise<string> {
  const { text } = await ask(world.services(), `pages/${pathOf(node)}`, { headers: { cookie: own } });
  const [, action] = /<form class="actions check" method="post" action="([^"]+)"/.exec(text)!;
  expect(action).toBe(`/api/pages/clusters/${encodeURIComponent(cluster)}/nodes/${node}/check`);
  return /name="token" value="([^"]+)"/.exec(text)![1]!;
}

/** Presses the button of a node as a browser does. */
async function press(node: string, token: string, headers: Record<string, string> = {}) {
  const form = { 'content-type': 'application/x-www-form-urlencoded', origin: `https://${HOST}`, cookie };
  const answered = await ask(world.services(), `pages/${pathOf(node)}/check`, {
    method: 'POST',
    headers: { ...form, ...headers },
    body: new URLSearchParams({ token }).toString(),
  });
  const { route, status, headers: given } = answered;
  expect(explainBreach(route, status, given.get('content-type'), undefined)).toBeUndefined();
  expect(undescribedHeaders(route, status, given)).toEqual([]);
  return answered;
}

describe('the button that checks a node', () => {
  it('leads to the page of the check, which refreshes until it is done, and is pressed once however often', async () => {
    const [node] = nodes as [string];
    const token = await tokenFor(node);
    const pressed = await Promise.all([press(node, token), press(node, token), press(node, token)]);
    const targets = new Set(pressed.map(({ status, headers }) => `${status} ${headers.get('location')}`));
    expect(targets.size).toBe(1);
    expect([...targets][0]).toMatch(/^303 \/api\/pages\/checks\/20\d\d-\d\d-\d\d-[0-9a-f]{16}$/);
    const address = pressed[0]!.headers.get('location')!.replace('/api/', '');
    const shown = () => ask(world.services(), address, { headers: { cookie } });
    const first = await shown();
    expect([first.status, first.headers.get('refresh')]).toEqual([200, '3']);
    expect(wordsOf(first.text)).toContain(`Checking ${node}`);
    expect(wordsOf(first.text)).toContain('by the holder of a function key');
    const done = await world.workUntil('the check to be done', async () => {
      const page = await shown();
      return page.headers.get('refresh') === null ? page : undefined;
    });
    expect(wordsOf(done.text)).toContain(`${node} reaches its API server`);
    // Pressed again on the page as it was, it leads to the same check.
    expect((await press(node, token)).headers.get('location')).toBe(pressed[0]!.headers.get('location'));
    const { items } = (await ask(world.services(), `clusters/${cluster}/nodes/${node}/results`)).json as { items: unknown[] };
    expect(items.length).toBe(2);
  }, 60_000);

  it('of a page that is opened anew makes another check', async () => {
    const [, node] = nodes as [string, string];
    const [first, second] = [await tokenFor(node), await tokenFor(node)];
    expect(first).not.toBe(second);
    expect((await press(node, first)).status).toBe(303);
    // The one before is running still.
    const again = await press(node, second);
    expect([again.status, again.headers.has('retry-after')]).toEqual([429, true]);
    expect(wordsOf(again.text)).toContain('is running');
  });

  it.each<[string, Record<string, string>]>([
    ['another site', { origin: 'https://evil.example' }],
    ['a site that hides where it is', { origin: 'null' }],
    ['nowhere', { origin: '' }],
    ['another host whose name begins like ours', { origin: `https://${HOST}.evil.example` }],
    ['a page of ours inside another site', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling of our host', { 'sec-fetch-site': 'same-site' }],
  ])('is refused to %s', async (_, headers) => {
    const node = nodes[2]!;
    const { status, text } = await press(node, await tokenFor(node), headers);
    expect(status).toBe(403);
    expect(wordsOf(text)).toContain('expected a form of a page of this app');
  });

  it('takes a form that says that it is of the same origin', async () => {
    const node = nodes[3]!;
    expect((await press(node, await tokenFor(node), { 'sec-fetch-site': 'same-origin' })).status).toBe(303);
  });

  it('is refused with the token of another node, of another account, of long ago, or with none that is ours', async () => {
    const [, , node, , other] = nodes as [string, string, string, string, string];
    const someone = await signedIn('another key');
    const { tables, now } = world.services();
    const secret = await pageSecret(tables, now().getTime());
    const account = Buffer.from(/session\.\d+\.([^.]+)\./.exec(cookie)![1]!).toString();
    const old = formToken(secret, JSON.stringify([account, cluster, node]), '0123456789abcdef', new Date(now().getTime() - 7_201_000));
    for (const token of [await tokenFor(other), await tokenFor(node, someone), old, 'x', '']) {
      const { status, text } = await press(node, token);
      expect([token, status]).toEqual([token, 403]);
      expect(wordsOf(text)).toContain('open the page of the node anew and press the button there');
    }
  });

  it('is refused without a session, and leads to where a key is given, and from there to the node', async () => {
    const node = nodes[2]!;
    const { status, text } = await press(node, await tokenFor(node), { cookie: '' });
    expect(status).toBe(401);
    expect(text).toContain(`name="to" value="/api/pages/${pathOf(node)}"`);
  });

  it('takes nothing but its own field, once, as a form', async () => {
    const node = nodes[2]!;
    const token = await tokenFor(node);
    const send = async (body: string, type = 'application/x-www-form-urlencoded') => {
      const headers = { 'content-type': type, origin: `https://${HOST}`, cookie };
      const answered = await ask(world.services(), `pages/${pathOf(node)}/check`, { method: 'POST', headers, body });
      return [answered.status, wordsOf(answered.text)] as const;
    };
    expect(await send(JSON.stringify({ token }), 'application/json')).toMatchObject([400, expect.stringContaining('expected a form')]);
    expect(await send(`token=${token}&node=x`)).toMatchObject([400, expect.stringContaining('got "node"')]);
    expect(await send(`token=${token}&token=${token}`)).toMatchObject([400, expect.stringContaining('got "token" twice')]);
    expect((await send(''))[0]).toBe(400);
    expect((await send(`token=${'x'.repeat(5000)}`))[0]).toBe(413);
  });
});
