import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimulatedNode } from '../../local/simulator/lay-out-fleet.ts';
import { methodsOf } from '../../src/http/route.ts';
import { routes } from '../../src/http/routes.ts';
import type { Page } from '../../src/views/paging.ts';
import { healthyAnswer, openSweepWorld, type SweepWorld } from '../sweep/sweep-world.ts';
import { type Answered, ask } from './ask.ts';
import { document, explainBreach, undescribedHeaders } from './contract.ts';
import { INCIDENT, seedIncident } from './seed-incident.ts';

const subscription = 'aaaaaaaa-0000-4000-8000-000000000001';
const cluster = (name: string, count: number, more: object = {}) => ({
  name,
  resourceGroup: `RG.${name}(1)`,
  location: 'westeurope',
  kubernetesVersion: '1.33.5',
  pools: [{ name: 'web', count, zones: ['1' as const, '2' as const] }],
  ...more,
});
const idOf = (name: string) => `${subscription}.rg.${name}(1).${name}`;

const down = new Set<string>();
/** Azure's name of the API server of the cluster `well`. */
let wellHost = '';
function answerOf(node: SimulatedNode, script: string): string {
  const healthy = healthyAnswer(node, script);
  // Its nodes say where they went, and take longer than a second.
  if (node.cluster.spec.name === 'well') {
    wellHost = node.cluster.fqdn;
    return healthy.replace('ms=20\n', `ms=1211\nhost=${wellHost}\nport=6443\n`);
  }
  if (!down.has(node.cluster.spec.name) && !down.has(node.name)) return healthy;
  const nonce = /^NONCE='([0-9a-f]{16})'/m.exec(script)?.[1];
  return `\nAFP1 begin ${nonce}\ndns=ok\ntcp=refused\nAFP1 end ${nonce} rc=1\n`;
}

let world: SweepWorld;
let sick: string;
let newest: string;
const get = (path: string, headers: Record<string, string> = {}): Promise<Answered> =>
  ask(world.services(), path, { headers: path.startsWith('pages') ? { cookie, ...headers } : headers });

beforeAll(async () => {
  const clusters = [cluster('well', 3), cluster('ill', 6), cluster('cut', 4), cluster('idle', 2, { powerState: 'Stopped' })];
  // One failure will do: what confirms it may come after the clock has moved on.
  const settings = { FAILURE_THRESHOLD: '1' };
  world = await openSweepWorld({ subscriptions: [{ id: subscription, name: 'One', clusters }] }, settings, { answer: answerOf });
  await world.sweep();
  sick = Object.keys(await world.outcomes(idOf('ill')))[2]!;
  down.add('cut').add(sick);
  ({ sweep: newest } = await world.sweep());
  await (await world.services().tables.open('clusters')).deleteEntity('incidents', '!guard');
  const { headers } = await ask(world.services(), 'status/session', { headers: { 'x-functions-key': 'the key' } });
  cookie = headers.get('set-cookie')!.split(';')[0]!;
  const { items } = (await ask(world.services(), `outages?cluster=${encodeURIComponent(idOf('ill'))}`)).json as Page<{ start: string }>;
  outagePath = `clusters/${encodeURIComponent(idOf('ill'))}/outages/${sick}/${encodeURIComponent(items[0]!.start)}`;
  await seedIncident(world.services(), { members: [idOf('cut')], open: [idOf('cut')] });
});
afterAll(() => world?.stop());

/** Somebody has signed in; nobody asks for that again. */
let cookie = '';
let outagePath = '';
const nobodyPath = `clusters/${subscription}.rg.nobody`;
const nodePath = () => `clusters/${encodeURIComponent(idOf('ill'))}/nodes/${sick}`;

describe('every answer of every route is as the OpenAPI document says', () => {
  const paths = () => [
    ...['fleet', 'clusters', 'clusters?limit=1', `clusters/${idOf('cut')}`, `clusters/${encodeURIComponent(idOf('idle').toUpperCase())}`],
    ...['', '?limit=2', '?reachable=True', '?reachable=False', '?reachable=Unknown'].map(
      (query) => `clusters/${idOf('ill')}/nodes${query}`,
    ),
    ...[`clusters/${idOf('cut')}/nodes`, `clusters/${idOf('idle')}/nodes`, nodePath(), `${nodePath()}/results`],
    ...[`${nodePath()}/results?limit=2`, `${nodePath()}/results?since=2020-01-01`, 'outages', 'outages?state=all', 'outages?limit=1'],
    `outages?cluster=${encodeURIComponent(idOf('ill'))}`,
    ...[
      'sweeps',
      'sweeps?limit=1',
      'sweeps/latest',
      `sweeps/${encodeURIComponent(newest)}`,
      `clusters/${idOf('ill')}/maintenance`,
      'reasons',
      'incidents',
      'incidents?state=all&limit=1',
      `incidents/${INCIDENT}`,
      ...['status', 'pages'].flatMap((family) =>
        [
          ...['', `/clusters/${idOf('cut')}`, `/${nodePath()}`, `/${outagePath}`, `/incidents/${INCIDENT}`, '/incidents', '/outages'],
          ...['/sweeps', '/reasons', '?format=json', '?format=md', `/${nodePath()}?format=json`],
        ].map((path) => family + path),
      ),
      'health',
      'metrics',
      'openapi.json',
      'fleet?code=secret',
    ],
  ];

  it('when it succeeds', async () => {
    const seen = new Set<string>();
    let unchanged = 0;
    for (const path of paths()) {
      const { route, status, headers, json, text } = await get(path);
      expect({ path, status, breach: explainBreach(route, status, headers.get('content-type'), json) }).toEqual({ path, status: 200 });
      expect([path, undescribedHeaders(route, status, headers)]).toEqual([path, []]);
      const bare = await ask(world.services(), path, { method: 'HEAD', headers: path.startsWith('pages') ? { cookie } : {} });
      const asHead = { method: 'HEAD', path: route.path };
      const { 'content-length': length, ...rest } = Object.fromEntries(bare.headers);
      expect([path, bare.status, bare.text, length !== undefined]).toEqual([path, 200, '', true]);
      expect([path, Object.keys(rest)]).toEqual([path, [...headers.keys()]]);
      expect([path, undescribedHeaders(asHead, 200, bare.headers), explainBreach(asHead, 200, null, undefined)]).toEqual([
        path,
        [],
        undefined,
      ]);
      const etag = headers.get('etag');
      const same = etag === null ? undefined : await get(path, { 'if-none-match': etag });
      if (same?.status === 304) expect([path, undescribedHeaders(route, 304, same.headers)]).toEqual([path, []]);
      unchanged += same?.status === 304 ? 1 : 0;
      expect(text.length).toBeGreaterThan(20);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      seen.add(route.name);
    }
    expect(unchanged).toBeGreaterThan(10);
    expect(routes.filter(({ name }) => !seen.has(name)).map(({ name }) => name)).toEqual([
      'begin-maintenance',
      'end-maintenance',
      'create-check',
      'get-check',
      'create-sweep',
      'status-page-check',
      'pages-page-check',
      'status-check-now',
      'pages-check-now',
      'status-session',
    ]);
  });

  it('when it fails, for whatever is asked wrongly', async () => {
    const nobody = nobodyPath;
    const wrong: [string, number, string][] = [
      [nobody, 404, 'unknown-cluster'],
      ['incidents/20261121T115000Z-ffffffff', 404, 'unknown-incident'],
      [`${nobody}/maintenance`, 404, 'unknown-cluster'],
      [`${nobody}/nodes`, 404, 'unknown-cluster'],
      [`${nobody}/nodes?reachable=False`, 404, 'unknown-cluster'],
      [`clusters/${idOf('ill')}/nodes/nobody`, 404, 'unknown-node'],
      [`clusters/${idOf('ill')}/nodes/nobody/results`, 404, 'unknown-node'],
      ['clusters/not-an-id', 400, 'bad-cluster'],
      [`clusters/${idOf('ill').replace('(', '%252F')}/nodes`, 400, 'bad-cluster'],
      [`clusters/${idOf('ill')}/nodes/-`, 400, 'bad-node'],
      [`clusters/${idOf('ill')}/nodes?reachabel=False`, 400, 'unknown-parameter'],
      [`clusters/${idOf('ill')}/nodes?reachable=false`, 400, 'bad-reachable'],
      ['fleet?cursor=x', 400, 'unknown-parameter'],
      ['outages?state=closed', 400, 'bad-state'],
      ['outages?cluster=ill', 400, 'bad-cluster'],
      [`outages?cluster=${nobody.split('/')[1]}`, 404, 'unknown-cluster'],
      ['sweeps?limit=0', 400, 'bad-limit'],
      ['sweeps/newest', 400, 'bad-sweep'],
      ['sweeps/2026-11-21T09:35:00.000Z', 400, 'bad-sweep'],
      ['sweeps/1999-01-01T00:00:00Z', 404, 'unknown-sweep'],
      ['clusters?cursor=AAAA', 400, 'bad-cursor'],
      [`${nodePath()}/results?since=yesterday`, 400, 'bad-since'],
    ];
    for (const [path, expected, type] of wrong) {
      const { route, status, headers, json } = await get(path);
      const breach = explainBreach(route, status, headers.get('content-type'), json);
      expect({ path, status, type: (json as { type: string }).type, breach }).toEqual({
        path,
        status: expected,
        type: `urn:aks-fleet-prober:${type}`,
      });
    }
  });

  it('when a page for people cannot be shown, by a page', async () => {
    for (const [path, expected, told] of [
      [`status/${nobodyPath}`, 404, 'no cluster'],
      [`status/clusters/${idOf('ill')}/nodes/nobody`, 404, 'no node'],
      ['status/clusters/not-an-id', 400, 'expected cluster to be'],
      [`status/clusters/${idOf('ill')}/nodes/-`, 400, 'expected node to be'],
      [`status/clusters/${idOf('ill')}?cursor=AAAA`, 400, 'expected'],
      ['status?limit=1', 400, 'expected no query parameter'],
    ] as const) {
      const { route, status, headers, text } = await get(path, { accept: 'application/json' });
      expect([path, status, explainBreach(route, status, headers.get('content-type'), undefined)]).toEqual([path, expected, undefined]);
      expect(text).toContain(told);
    }
    // Programs are answered as ever, whatever they would like.
    const { headers } = await get(nobodyPath, { accept: 'text/html' });
    expect(headers.get('content-type')).toBe('application/problem+json');
  });

  it('before the first sweep, too', async () => {
    const { tables } = world.services();
    const later = { ...world.services(), now: () => new Date(Date.now() + 400 * 86_400_000), tables };
    for (const [path, expected] of [
      ['fleet', 200],
      ['sweeps', 200],
      ['sweeps/latest', 404],
      ['health', 503],
      ['status', 200],
      ['metrics', 200],
    ] as const) {
      const { route, status, headers, json } = await ask(later, path);
      expect([path, status, explainBreach(route, status, headers.get('content-type'), json)]).toEqual([path, expected, undefined]);
      expect([path, undescribedHeaders(route, status, headers)]).toEqual([path, []]);
    }
  });

  it('of checks: asked for, running, done, refused', async () => {
    const json = { 'content-type': 'application/json' };
    const post = (body: unknown, headers: Record<string, string> = json) =>
      ask(world.services(), 'checks', { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });
    const of = async (answered: Promise<Answered>): Promise<[number, unknown]> => {
      const { route, status, headers, json: body } = await answered;
      expect({ status, breach: explainBreach(route, status, headers.get('content-type'), body) }).toEqual({ status });
      expect([route.name, status, undescribedHeaders(route, status, headers)]).toEqual([route.name, status, []]);
      return [status, body];
    };
    const asked = await post({ node: sick }, { ...json, prefer: 'wait=1' });
    await of(Promise.resolve(asked));
    expect([asked.status, asked.headers.get('retry-after')]).toEqual([202, '5']);
    const { id } = asked.json as { id: string };
    expect(await of(get(`checks/${id}`))).toMatchObject([200, { status: 'running', node: sick }]);
    const again = await post({ node: sick });
    expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await of(Promise.resolve(again))).toMatchObject([429, { type: 'urn:aks-fleet-prober:check-running' }]);
    const done = await world.workUntil('the check to be done', async () => {
      const [, body] = await of(get(`checks/${id}`));
      return (body as { status: string }).status === 'done' ? body : undefined;
    });
    expect(done).toMatchObject({ verdict: 'unreachable', reason: 'ConnectionRefused', stage: 'tcp', remedies: expect.any(Array) });
    expect(await of(get(`checks/${id}?verbose=true`, { accept: 'text/plain' }))).toMatchObject([200, undefined]);
    const far = `/subscriptions/${subscription.replace('1', '9')}/resourceGroups/a/providers/Microsoft.Compute/virtualMachines/b`;
    const refused: [Promise<Answered>, number, string][] = [
      [get('checks/2026-11-21-0123456789abcdef'), 404, 'unknown-check'],
      [get(`checks/${id}?verbose=perhaps`), 400, 'bad-verbose'],
      [post({ node: 'aks-web-00000000-vmss000000' }), 404, 'unknown-node'],
      [post({ id: far.replace('virtualMachines', 'virtualMachineScaleSets/x/virtualMachines') }), 400, 'bad-body'],
      [post({ id: far }), 404, 'unknown-node'],
      [post({ node: sick, cluster: idOf('nowhere') }), 404, 'unknown-node'],
      [post({ node: sick, extra: 1 }), 400, 'bad-body'],
      [post('{'), 400, 'bad-body'],
      [post({ node: sick }, { 'content-type': 'text/plain' }), 415, 'not-json'],
      [post({ node: 'a'.repeat(5000) }), 413, 'body-too-large'],
      [post({ node: sick }, { ...json, 'idempotency-key': 'no spaces please' }), 400, 'bad-idempotency-key'],
    ];
    for (const [answered, status, type] of refused)
      expect(await of(answered)).toMatchObject([status, { type: `urn:aks-fleet-prober:${type}` }]);
    const searches = await Promise.all(Array.from({ length: 11 }, () => of(post({ node: 'aks-web-00000000-vmss000000' }))));
    expect(searches.map(([, body]) => (body as { type: string }).type)).toContain('urn:aks-fleet-prober:too-many-searches');
    world.set({ SUBSCRIPTIONS: subscription });
    expect(await of(post({ id: far }))).toMatchObject([403, { type: 'urn:aks-fleet-prober:out-of-scope' }]);
    world.set({ SUBSCRIPTIONS: '' });
  });

  it('of sweeps: started by hand, refused within the same minute, and done', async () => {
    const of = ({ route, status, headers, json }: Answered): [number, unknown] => {
      expect({ status, breach: explainBreach(route, status, headers.get('content-type'), json) }).toEqual({ status });
      expect([route.name, status, undescribedHeaders(route, status, headers)]).toEqual([route.name, status, []]);
      return [status, json];
    };
    const post = () => ask(world.services(), 'sweeps', { method: 'POST', headers: { 'x-forwarded-for': '10.1.2.3:51234' } });
    const asked = await post();
    expect(of(asked)).toMatchObject([
      202,
      { starter: 'person', requestedBy: 'the holder of a function key at 10.1.2.3:51234', completedAt: null },
    ]);
    const { id } = asked.json as { id: string };
    expect([asked.headers.get('location'), asked.headers.get('retry-after')]).toEqual([`/api/sweeps/${encodeURIComponent(id)}`, '15']);
    const again = await post();
    expect(of(again)).toMatchObject([429, { type: 'urn:aks-fleet-prober:too-many-sweeps' }]);
    expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(of(await get(`sweeps/${id}`))).toMatchObject([200, { id, starter: 'person' }]);
    const done = await world.workUntil('the sweep to be complete', async () => {
      const [, json] = of(await get(`sweeps/${id}`));
      return (json as { completedAt: string | null }).completedAt === null ? undefined : json;
    });
    expect(done).toMatchObject({ id, starter: 'person', coverage: 1, ledger: { known: 15, notProbed: 2 } });
    expect(world.poisoned).toEqual([]);
    // The table of a month that no sweep was in is not made for whoever asks.
    await get('sweeps/1999-01-01T00:00:00Z');
    expect(await world.services().tables.dated('sweeps')).not.toContain('sweeps199901');
  });

  it('and no field of an answer is left out of its schema', async () => {
    const { route, headers, json } = await get('fleet');
    const more = { ...(json as object), surprise: 1 };
    expect(explainBreach(route, 200, headers.get('content-type'), more)).toContain('additional properties');
  });
});

describe('what the routes tell', () => {
  it('of a node: the fields of PodNetworkConnectivityCheck', async () => {
    const { json } = await get(nodePath());
    const node = json as { verdict: string; spec: object; status: Record<string, unknown[]> };
    expect(node).toMatchObject({
      node: sick,
      verdict: 'unreachable',
      reason: 'ConnectionRefused',
      spec: { pool: 'web', os: 'Linux', targetEndpoint: expect.stringMatching(/^ill-\d+\.hcp\.westeurope\.azmk8s\.io:443$/) },
    });
    const { conditions, successes, failures, outages } = node.status;
    expect(conditions).toEqual([
      {
        type: 'Reachable',
        status: 'False',
        reason: 'ConnectionRefused',
        message: expect.any(String),
        lastTransitionTime: expect.any(String),
      },
      { type: 'Served', status: 'Unknown', reason: 'ConnectionRefused', message: expect.any(String), lastTransitionTime: null },
    ]);
    const entry = { time: expect.any(String), reason: expect.any(String), message: expect.any(String) };
    expect(successes?.[0]).toEqual({ ...entry, success: true, latency: '20ms' });
    expect(failures?.[0]).toMatchObject({ ...entry, success: false, reason: 'ConnectionRefused' });
    expect(outages).toHaveLength(1);
    expect(outages?.[0]).toMatchObject({ start: expect.any(String), end: null, message: expect.any(String), flaps: 0, endLogs: [] });
    expect(outages?.[0]).toMatchObject({ startLogs: [{ ...entry, success: false }] });
  });

  it('of a node that says where it went: the endpoint and the latency, as PodNetworkConnectivityCheck tells them', async () => {
    const list = (await get(`clusters/${idOf('well')}/nodes`)).json as Page<{ node: string; spec: object }>;
    expect(list.items.map(({ spec }) => spec)).toEqual(
      list.items.map(() => expect.objectContaining({ targetEndpoint: `${wellHost}:6443` })),
    );
    const path = `clusters/${idOf('well')}/nodes/${list.items[0]!.node}`;
    const { spec, status } = (await get(path)).json as { spec: object; status: { successes: object[] } };
    expect(spec).toMatchObject({ targetEndpoint: `${wellHost}:6443` });
    expect(status.successes[0]).toMatchObject({
      latency: '1.211s',
      message: `kubectl version of ${wellHost}:6443 succeeded (server v1.33.5)`,
      success: true,
    });
    const { text } = await get(`status/${path}`);
    for (const told of ['1.211s', `<code>${wellHost}:6443</code>`, `kubectl version of ${wellHost}:6443 succeeded`])
      expect(text).toContain(told);
  });

  it('of a node that was never asked: the endpoint that Azure tells of its cluster', async () => {
    const { items } = (await get(`clusters/${idOf('idle')}/nodes`)).json as Page<{ verdict: string; spec: object }>;
    expect(items[0]).toMatchObject({
      verdict: 'notProbed',
      spec: { targetEndpoint: expect.stringMatching(/^idle-\d+\.hcp\.westeurope\.azmk8s\.io:443$/) },
    });
  });

  it('of its history: each probe, newest first, with what the node said where it failed', async () => {
    const { items } = (await get(`${nodePath()}/results`)).json as Page<Record<string, string>>;
    const turns = items.filter(({ verdict }, at) => verdict !== items[at - 1]?.verdict);
    expect(turns.map(({ verdict }) => verdict)).toEqual(['unreachable', 'reachable']);
    expect(items.map(({ time }) => time)).toEqual(
      items
        .map(({ time }) => time)
        .sort()
        .reverse(),
    );
    expect(turns[0]).toMatchObject({ reason: 'ConnectionRefused', stage: 'tcp', evidence: expect.stringContaining('tcp=refused') });
    expect(turns[1]).toMatchObject({ reason: 'Reachable', latencyMs: 20, evidence: null });
    const since = items[0]!.time!;
    const recent = (await get(`${nodePath()}/results?since=${encodeURIComponent(since)}`)).json as Page<unknown>;
    expect(recent.items).toEqual(items.slice(0, 1));
  });

  it('of the fleet: failures first, and outages with the cluster that is cut off', async () => {
    const clusters = (await get('clusters')).json as Page<{ name: string; nodes: object }>;
    expect(clusters.items.map(({ name }) => name)).toEqual(['cut', 'ill', 'idle', 'well']);
    const { items } = (await get('outages')).json as Page<{ subject: object; end: null }>;
    expect(items).toHaveLength(6);
    expect(items.map(({ subject }) => subject)).toContainEqual({ kind: 'cluster', cluster: idOf('cut') });
    const nodes = (await get(`clusters/${idOf('ill')}/nodes`)).json as Page<{ node: string; verdict: string }>;
    expect(nodes.items.map(({ verdict }) => verdict)).toEqual(['unreachable', ...Array(5).fill('reachable')]);
  });

  it('in metrics: nodes by cluster and verdict, the last sweep by reason, outages and what is left of the pace', async () => {
    const { text, headers } = await get('metrics');
    expect(headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(text).toMatch(/\n# EOF\n$/);
    for (const line of [
      `aks_fleet_prober_nodes{cluster_id="${idOf('cut')}",verdict="unreachable"} 4`,
      `aks_fleet_prober_nodes{cluster_id="${idOf('ill')}",verdict="reachable"} 5`,
      `aks_fleet_prober_latency_worst_seconds{cluster_id="${idOf('well')}"} 1.211`,
      `aks_fleet_prober_nodes_slow{cluster_id="${idOf('well')}"} 0`,
      `aks_fleet_prober_open_outages{cluster_id="${idOf('cut')}",subject="cluster"} 1`,
      `aks_fleet_prober_open_outages{cluster_id="${idOf('ill')}",subject="node"} 1`,
      `aks_fleet_prober_last_sweep_nodes{cluster_id="${idOf('cut')}",reason="ConnectionRefused"} 4`,
      `aks_fleet_prober_last_sweep_nodes{cluster_id="${idOf('idle')}",reason="ClusterStopped"} 2`,
      'aks_fleet_prober_last_sweep_coverage_ratio 1',
      'aks_fleet_prober_blind 0',
      `aks_fleet_prober_arm_paused_seconds{subscription_id="${subscription}",region="westeurope"} 0`,
    ])
      expect(text.split('\n')).toContain(line);
    expect(text).toMatch(/^aks_fleet_prober_last_sweep_duration_seconds [\d.]+$/m);
    expect(text).toMatch(/^aks_fleet_prober_arm_starts_left\{.*\} \d+$/m);
    expect(text).not.toContain(sick);
  });
});

describe('the document', () => {
  it('names each route once, with a summary, a success and the way to its key', () => {
    const { security, components, openapi } = document as unknown as {
      openapi: string;
      security: object[];
      components: { schemas: object; securitySchemes: object };
    };
    expect(openapi).toBe('3.1.0');
    expect(security).toEqual([{ header: [] }, { query: [] }]);
    expect(Object.keys(components.securitySchemes)).toEqual(['header', 'query', 'session']);
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods)) as unknown as {
      operationId: string;
      summary: string;
      security?: object[];
      responses: Record<string, object>;
    }[];
    const named = routes.flatMap(({ name, method }) => (method === 'GET' ? [name, `${name}-head`] : [name]));
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(named.sort());
    for (const { summary, responses } of operations) {
      expect(summary).toMatch(/^[A-Z].+\.$/);
      expect(Object.keys(responses)).toContain('500');
    }
    const anonymous = operations.filter(({ security: own }) => own?.length === 0).map(({ operationId }) => operationId);
    expect(anonymous).toEqual(['get-health', 'get-health-head']);
    const bySession = operations.filter(({ security: own }) => own !== undefined && own.length > 0);
    for (const { operationId, security: own, responses } of bySession)
      expect([operationId, own, Object.keys(responses)]).toEqual([
        expect.stringMatching(/^pages-/),
        [{ session: [] }],
        expect.arrayContaining(['401']),
      ]);
    expect(bySession).toHaveLength(routes.filter(({ path }) => path.startsWith('pages')).flatMap((route) => methodsOf(route)).length);
  });

  it('tells of ETag and If-None-Match where a body may be kept, of Age where it was, and when to ask again', () => {
    type Operation = { parameters?: { name: string }[]; responses: Record<string, { headers?: object }> };
    const of = (path: string, method: string) => document.paths[path]?.[method] as unknown as Operation;
    const told = (path: string, method = 'get') =>
      Object.entries(of(path, method).responses).flatMap(([status, { headers }]) =>
        Object.keys(headers ?? {}).map((name) => `${status} ${name}`),
      );
    const parameters = (path: string) => (of(path, 'get').parameters ?? []).map(({ name }) => name);
    expect(told('/api/fleet')).toEqual(['200 etag', '200 age', '304 etag', '304 age']);
    expect(told('/api/sweeps')).toEqual(['200 etag', '304 etag']);
    expect(told('/api/status')).toEqual(expect.arrayContaining(['200 etag', '200 age', '200 vary', '303 location', '304 etag', '304 age']));
    expect(parameters('/api/fleet')).toEqual(['if-none-match']);
    expect(parameters('/api/status')).toEqual(['format', 'refresh', 'wall', 'q', 'state', 'by', 'order', 'if-none-match']);
    expect(told('/api/checks', 'post')).toEqual(expect.arrayContaining(['429 retry-after', '503 retry-after', '200 preference-applied']));
  });

  it('has a name in it for every parameter of a path', () => {
    for (const { path, params } of routes)
      expect([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)).toEqual(Object.keys(params?.shape ?? {}));
  });
});
