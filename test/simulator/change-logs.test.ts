import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { networkFleet, spokes } from './network-fleet.ts';
import { changesQuery, type Json, query, read, readActivity, readAround } from './read-azure.ts';
import { type Conversation, converse } from './speak-to-simulator.ts';

const lagSeconds = 1;
let simulator: Conversation;
let around: Json;
beforeAll(async () => {
  simulator = await converse(networkFleet({ one: 'routed', two: 'nat', three: 'plain' }), {
    kubectl: '/nowhere/kubectl',
    changeLagSeconds: lagSeconds,
    pageSizes: { events: 2 },
  });
  around = await readAround(simulator, spokes, 'one');
});
afterAll(() => simulator.end());

const values = `/subscriptions/${spokes}/providers/Microsoft.Insights/eventtypes/management/values`;
const filtered = (filter: string) => simulator.arm('GET', `${values}?$filter=${encodeURIComponent(filter)}`);
const hourAgo = () => new Date(Date.now() - 3_600_000).toISOString();
const changesOf = async (ids: string[]) => (await query(simulator, [spokes], changesQuery(ids, around.nodeGroup))).body.data as Json[];

/** Waits for as many events about a resource as there must be. */
const eventsOf = (id: string, count: number) =>
  vi.waitFor(
    async () => {
      const events = (await readActivity(simulator, spokes)).filter(({ resourceId }) => resourceId.startsWith(id));
      expect(events).toHaveLength(count);
      return events;
    },
    { timeout: 10_000, interval: 50 },
  );

describe('a change of a route', () => {
  test('shows in neither log before the lag is over, though the route is different at once', async () => {
    await simulator.setFault('one', 'next-hop-dead');
    const since = Date.now();
    expect((await read(simulator, around.routeTable.id)).properties.routes[0].properties.nextHopIpAddress).toBe('10.0.0.69');
    const early = [await readActivity(simulator, spokes), await changesOf([around.routeTable.id])];
    if (Date.now() - since < lagSeconds * 1000) expect(early).toEqual([[], []]);
  });

  test('is a pair of events that the same request made, the end of which succeeded', async () => {
    const [end, begin] = await eventsOf(around.routeTable.id, 2);
    expect(end).toMatchObject({
      caller: 'ana@contoso.com',
      operationName: { value: 'Microsoft.Network/routeTables/routes/write' },
      resourceId: `${around.routeTable.id}/routes/def`,
      resourceGroupName: 'rg-Net-one',
      eventName: { value: 'EndRequest' },
      status: { value: 'Succeeded' },
      httpRequest: { method: 'PUT' },
      authorization: { action: 'Microsoft.Network/routeTables/routes/write', scope: `${around.routeTable.id}/routes/def` },
      category: { value: 'Administrative' },
    });
    expect(begin).toMatchObject({ eventName: { value: 'BeginRequest' }, status: { value: 'Started' }, correlationId: end.correlationId });
    expect(Date.parse(end.submissionTimestamp) - Date.parse(begin.eventTimestamp)).toBe(lagSeconds * 1000);
  });

  test('has its values before and after in Resource Graph, on the route table', async () => {
    const [row] = await changesOf([around.routeTable.id]);
    expect(row).toMatchObject({
      id: around.routeTable.id.toLowerCase(),
      kind: 'Update',
      by: 'ana@contoso.com',
      byType: 'User',
      client: 'Azure Portal',
      op: 'microsoft.network/routetables/routes/write',
      changes: {
        'properties.routes["def"].properties.nextHopIpAddress': {
          previousValue: '10.0.0.4',
          newValue: '10.0.0.69',
          propertyChangeType: 'Update',
        },
      },
    });
  });

  test('is followed by another when the fault is cleared', async () => {
    await simulator.clearFault('one');
    await eventsOf(around.routeTable.id, 4);
    const [row] = await changesOf([around.routeTable.id]);
    expect(row.changes['properties.routes["def"].properties.nextHopIpAddress']).toMatchObject({ newValue: '10.0.0.4' });
  });
});

test('AKS itself writes what is in the node resource group, by the identity of the cluster', async () => {
  await simulator.setFault('three', 'outbound-changed');
  const { cluster, nodeGroup } = await readAround(simulator, spokes, 'three');
  const events = await eventsOf(`${nodeGroup}/providers/Microsoft.Network/`, 4);
  expect(new Set(events.map(({ caller }) => caller))).toEqual(new Set([cluster.identity.principalId]));
  const [row] = (await query(simulator, [spokes], changesQuery(['/nothing'], nodeGroup))).body.data;
  expect(row).toMatchObject({ by: cluster.identity.principalId, byType: 'Application' });
});

describe('the filter of the activity log', () => {
  test('takes a resource group or a resource, without regard to letter case', async () => {
    await simulator.setFault('two', 'nsg-denies');
    const { subnetNsg } = await readAround(simulator, spokes, 'two');
    await eventsOf(subnetNsg.id, 2);
    const ofGroup = await readActivity(simulator, spokes, " and resourceGroupName eq 'RG-TWO'");
    expect(new Set(ofGroup.map(({ resourceGroupName }) => resourceGroupName))).toEqual(new Set(['rg-two']));
    const ofRule = await readActivity(simulator, spokes, ` and resourceUri eq '${subnetNsg.id}/securityRules/DENY-443'`);
    expect(ofRule).toHaveLength(2);
    expect(await readActivity(simulator, spokes, " and resourceGroupName eq 'rg'")).toEqual([]);
  });

  test('leaves out what was before or after its range', async () => {
    const now = new Date().toISOString();
    expect((await filtered(`eventTimestamp ge '${new Date(Date.now() + 60_000).toISOString()}'`)).body.value).toEqual([]);
    expect((await filtered(`eventTimestamp ge '${hourAgo()}' and eventTimestamp le '${hourAgo()}'`)).body.value).toEqual([]);
    expect((await filtered(`eventTimestamp ge '${hourAgo()}' and eventTimestamp le '${now}'`)).body.value).toHaveLength(2);
  });

  test('comes a page at a time, newest first', async () => {
    const { body } = await filtered(`eventTimestamp ge '${hourAgo()}'`);
    expect([body.value.length, typeof body.nextLink]).toEqual([2, 'string']);
    const times = (await readActivity(simulator, spokes)).map(({ eventTimestamp }) => Date.parse(eventTimestamp));
    expect(times.length).toBeGreaterThan(4);
    expect(times).toEqual(times.toSorted((one, other) => other - one));
  });

  test.each([
    ['no time', "resourceGroupName eq 'rg'"],
    ['two subjects', `eventTimestamp ge '2026-01-01' and resourceGroupName eq 'rg' and resourceUri eq '/x'`],
    ['an unknown property', "eventTimestamp ge '2026-01-01' and caller eq 'ana'"],
    ['something before the log begins', "eventTimestamp ge '2001-01-01T00:00:00Z'"],
    ['no time that can be read', "eventTimestamp ge 'yesterday'"],
  ])('is refused with %s', async (_, filter) => {
    const { status, body } = await filtered(filter);
    expect([status, body.error.code]).toEqual([400, 'BadRequest']);
  });
});
