import { describe, expect, it } from 'vitest';
import type { CommonFactor } from '../../src/history/common-factors.ts';
import { nothingDelivered, type Outage } from '../../src/history/outage.ts';
import { blindnessEvent } from '../../src/notify/blindness-event.ts';
import { eventSchemas } from '../../src/notify/event-schemas.ts';
import { eventIdOf, outageEvent, summaryEvent } from '../../src/notify/outage-events.ts';
import { clusterPageUrl } from '../../src/notify/page-url.ts';
import type { TelemetryEvent } from '../../src/notify/telemetry-event.ts';

const now = new Date('2026-11-21T09:42:00.000Z');
const cluster = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg-(pay).ments.shop';
const page = 'https://prober.example/api/status/';
const start = '2026-11-21T09:35:02.000Z';
const end = '2026-11-21T09:41:02.500Z';
const back = '2026-11-21T09:41:30.000Z';

const outage: Outage = {
  cluster,
  node: 'aks-web-12345678-vmss00000a',
  start,
  reason: 'ConnectionTimedOut',
  message: `Connectivity outage detected at ${start}`,
  episode: 1,
  episodes: [{ start }],
  openedAt: '2026-11-21T09:35:20.000Z',
  startLogs: [],
  endLogs: [],
  ...nothingDelivered,
};
const ended: Outage = { ...outage, end, episodes: [{ start, end }], message: 'Connectivity restored after 6m0.5s' };
const returned: Outage = { ...outage, episode: 2, episodes: [{ start, end }, { start: back }] };

const factor: CommonFactor = {
  factor: 'zone',
  value: 'westeurope-2',
  failing: 12,
  inside: 12,
  elsewhereFailing: 0,
  elsewhere: 3,
  sentence: 'all 12 failing nodes are in zone westeurope-2; 0 of 3 elsewhere fail',
};
const names = (count: number) => Array.from({ length: count }, (_, index) => `aks-web-12345678-vmss${String(index).padStart(6, '0')}`);
const { node: _, ...subject } = outage;
const ofCluster: Outage = {
  ...subject,
  nodes: names(12),
  counts: { failing: 12, conclusive: 15, planned: 16, most: 12 },
  reasons: [
    { reason: 'ConnectionTimedOut', nodes: 9 },
    { reason: 'NoRoute', nodes: 3 },
  ],
  commonFactors: [factor, { ...factor, sentence: 'all 12 failing nodes are in pool web; 0 of 3 elsewhere fail' }],
};
const clusterEnded: Outage = {
  ...ofCluster,
  end,
  message: 'Connectivity restored after 6m0.5s',
  counts: { failing: 0, conclusive: 15, planned: 16, most: 12 },
};
const members = names(5000).map((node, index) => ({
  cluster,
  node,
  start: index === 7 ? start : '2026-11-21T09:36:00.000Z',
  end: index === 9 ? end : '2026-11-21T09:40:00.000Z',
  reason: index % 3 === 0 ? ('NoRoute' as const) : ('ConnectionTimedOut' as const),
}));

const built: TelemetryEvent[] = (['started', 'ended'] as const).flatMap((what) => [
  ...[outage, ended, returned, ofCluster, clusterEnded].flatMap((each) => [
    outageEvent(each, what, page, now),
    outageEvent(each, what, undefined, now),
  ]),
  outageEvent({ ...subject, nodes: names(5000) }, what, page, now),
  outageEvent({ ...outage, startLogs: [{ time: start, message: 'x'.repeat(20_000), nonce: 'n' } as never] }, what, page, now),
  outageEvent({ ...ofCluster, commonFactors: [{ ...factor, sentence: 'x'.repeat(20_000) }] }, what, page, now),
  summaryEvent('id', members, what, [factor], page, now),
  blindnessEvent({ subject: cluster, unknown: 9, planned: 15, reason: 'RunCommandTimedOut' }, what, start, page, now),
]);

describe('every event', () => {
  it('has the fields that its schema names, no other, and none that is too long', () => {
    expect(new Set(built.map(({ name }) => name)).size).toBe(6);
    for (const { name, properties, measurements = {} } of built) {
      expect(eventSchemas[name].properties.safeParse(properties).error, name).toBeUndefined();
      expect(eventSchemas[name].measurements.safeParse(measurements).error, name).toBeUndefined();
    }
  });

  it('bears the time at which it is sent', () => {
    for (const { time } of built) expect(time).toBe(now.toISOString());
  });
});

describe('outageEvent', () => {
  it('holds a command with the names of the machine, where the outage knows it', () => {
    const group = '/subscriptions/0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01/resourceGroups/MC_pay/providers/Microsoft.Compute';
    const resourceId = `${group}/virtualMachineScaleSets/aks-web-12345678-vmss/virtualMachines/10`;
    const skewed = { ...outage, reason: 'ClockSkew' as const, resourceId, os: 'Linux' };
    expect(outageEvent(skewed, 'started', page, now).properties.remedy).toBe(
      "Check the time service of the node: az vmss run-command invoke --subscription 0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01 --resource-group MC_pay --name aks-web-12345678-vmss --instance-id 10 --command-id RunShellScript --scripts 'timedatectl; chronyc tracking'",
    );
    expect(outageEvent({ ...outage, reason: 'ClockSkew' }, 'started', page, now).properties.remedy).toBe(
      'Check the time service of the node.',
    );
  });

  it('never counts more nodes than there are: a start that is sent late says how many failed then', () => {
    const shrunk = { ...clusterEnded, counts: { failing: 0, conclusive: 5, planned: 5, most: 12 } };
    expect(outageEvent(shrunk, 'started', page, now).properties.message).toBe('12 of 12 nodes cannot reach their API server');
  });

  it('tells the start of an outage, its cause and what to do', () => {
    expect(outageEvent(outage, 'started', page, now)).toMatchInlineSnapshot(`
      {
        "measurements": undefined,
        "name": "NodeOutageStarted",
        "properties": {
          "cluster": "0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg-(pay).ments.shop",
          "end": "",
          "episode": "1",
          "eventId": "0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg-(pay).ments.shop|aks-web-12345678-vmss00000a|2026-11-21T09:35:02.000Z/started/1",
          "evidence": "",
          "finding": "",
          "findingKind": "",
          "findings": "",
          "flaps": "0",
          "message": "Connectivity outage detected at 2026-11-21T09:35:02.000Z",
          "node": "aks-web-12345678-vmss00000a",
          "page": "https://prober.example/api/status/clusters/0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg-(pay).ments.shop/nodes/aks-web-12345678-vmss00000a",
          "reason": "ConnectionTimedOut",
          "remedy": "Authorized IP ranges: add the node's outbound address: az aks show --subscription 0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01 --resource-group 'rg-(pay).ments' --name shop --query apiServerAccessProfile.authorizedIpRanges",
          "runbook": "https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/error-codes/vmextensionerror-k8sapiserverconnfail",
          "sentence": "No answer to the TCP connection: packets are dropped on the way.",
          "stage": "tcp",
          "start": "2026-11-21T09:35:02.000Z",
          "subscriptionId": "0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01",
          "summary": "false",
        },
        "time": "2026-11-21T09:42:00.000Z",
      }
    `);
  });

  it('tells the end of an outage with its length', () => {
    const { name, properties, measurements } = outageEvent(ended, 'ended', undefined, now);
    expect({ name, measurements }).toEqual({ name: 'NodeOutageEnded', measurements: { durationSeconds: 360.5 } });
    expect(properties).toMatchObject({ start, end, message: 'Connectivity restored after 6m0.5s', page: '' });
  });

  it('tells the start of an outage that has ended meanwhile as it would have been sent then', () => {
    const late = outageEvent(ended, 'started', undefined, now);
    expect(late).toMatchObject({ name: 'NodeOutageStarted', measurements: undefined });
    expect(late.properties.message).toBe(`Connectivity outage detected at ${start}`);
  });

  it('tells a return as the next episode of the same outage', () => {
    const { properties } = outageEvent(returned, 'started', undefined, now);
    expect(properties).toMatchObject({ start, episode: '2', flaps: '1', message: `Connectivity outage detected at ${back}` });
  });

  it('tells the outage of a cluster: how many nodes, which, and what they share', () => {
    expect(outageEvent(ofCluster, 'started', page, now)).toMatchInlineSnapshot(`
      {
        "measurements": {
          "conclusive": 15,
          "failing": 12,
          "members": 12,
          "most": 12,
          "planned": 16,
        },
        "name": "ClusterOutageStarted",
        "properties": {
          "cluster": "0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg-(pay).ments.shop",
          "commonFactors": "all 12 failing nodes are in zone westeurope-2; 0 of 3 elsewhere fail; all 12 failing nodes are in pool web; 0 of 3 elsewhere fail",
          "end": "",
          "episode": "1",
          "eventId": "0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg-(pay).ments.shop|*|2026-11-21T09:35:02.000Z/started/1",
          "finding": "",
          "findingKind": "",
          "findings": "",
          "flaps": "0",
          "message": "12 of 15 nodes cannot reach their API server",
          "nodes": "aks-web-12345678-vmss000000,aks-web-12345678-vmss000001,aks-web-12345678-vmss000002,aks-web-12345678-vmss000003,aks-web-12345678-vmss000004,aks-web-12345678-vmss000005,aks-web-12345678-vmss000006,aks-web-12345678-vmss000007,aks-web-12345678-vmss000008,aks-web-12345678-vmss000009,aks-web-12345678-vmss000010,aks-web-12345678-vmss000011",
          "nodesOmitted": "0",
          "page": "https://prober.example/api/status/clusters/0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg-(pay).ments.shop",
          "reason": "ConnectionTimedOut",
          "reasons": "9 ConnectionTimedOut, 3 NoRoute",
          "remedy": "Authorized IP ranges: add the node's outbound address: az aks show --subscription 0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01 --resource-group 'rg-(pay).ments' --name shop --query apiServerAccessProfile.authorizedIpRanges",
          "runbook": "https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/error-codes/vmextensionerror-k8sapiserverconnfail",
          "sentence": "No answer to the TCP connection: packets are dropped on the way.",
          "stage": "tcp",
          "start": "2026-11-21T09:35:02.000Z",
          "subscriptionId": "0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01",
        },
        "time": "2026-11-21T09:42:00.000Z",
      }
    `);
  });

  it('tells the end of the outage of a cluster, and the most that failed', () => {
    const { name, properties, measurements } = outageEvent(clusterEnded, 'ended', page, now);
    expect(name).toBe('ClusterOutageEnded');
    expect(properties).toMatchObject({ end, message: 'Connectivity restored after 6m0.5s' });
    expect(measurements).toEqual({ failing: 0, conclusive: 15, planned: 16, most: 12, members: 12, durationSeconds: 360.5 });
  });

  it('says how many nodes of a cluster failed, though its start is sent only after its end', () => {
    const late = outageEvent(clusterEnded, 'started', page, now);
    expect(late.properties.message).toBe('12 of 15 nodes cannot reach their API server');
  });

  it('cuts the list of 5,000 nodes at a name and says how many are missing', () => {
    const { properties, measurements } = outageEvent({ ...ofCluster, nodes: names(5000) }, 'started', page, now);
    const kept = properties.nodes!.split(',');
    expect(properties.nodes!.length).toBeLessThanOrEqual(8000);
    expect(kept).toEqual(names(kept.length));
    expect(`${properties.nodes},${names(5000)[kept.length]}`.length).toBeGreaterThan(8000);
    expect(kept.length + Number(properties.nodesOmitted)).toBe(5000);
    expect(measurements!.members).toBe(5000);
  });
});

describe('summaryEvent', () => {
  it('tells of 5,000 nodes at once, with the reason of most of them', () => {
    const { name, properties, measurements } = summaryEvent('id', members, 'started', [factor], page, now);
    expect({ name, measurements }).toEqual({ name: 'NodeOutageStarted', measurements: { members: 5000 } });
    const { nodes, ...others } = properties;
    expect(nodes).toMatch(/^aks-web-12345678-vmss000000,.*vmss\d{6}$/);
    expect(others).toMatchObject({
      eventId: 'id',
      cluster,
      node: '*',
      summary: 'true',
      reason: 'ConnectionTimedOut',
      message: 'Connectivity outages of 5000 nodes detected',
      evidence: '3333 ConnectionTimedOut, 1667 NoRoute',
      start,
      end: '',
      commonFactors: factor.sentence,
      page: clusterPageUrl(page, cluster),
    });
  });

  it('tells ends from the first start to the last end', () => {
    const { name, properties, measurements } = summaryEvent('id', members, 'ended', [], page, now);
    expect(name).toBe('NodeOutageEnded');
    expect(properties).toMatchObject({ start, end });
    expect(measurements).toEqual({ members: 5000, durationSeconds: 360.5 });
  });

  it('names the cluster of each node where there are several', () => {
    const two = [members[0]!, { ...members[1]!, cluster: 'other' }];
    const { properties } = summaryEvent('id', two, 'started', [], page, now);
    expect(properties).toMatchObject({ cluster: '*', subscriptionId: '', page, nodesOmitted: '0' });
    expect(properties.nodes).toBe(`${cluster}/${two[0]!.node},other/${two[1]!.node}`);
  });
});

describe('eventIdOf', () => {
  it('is the same however often an event is sent, and another for each event and episode', () => {
    const again = { ...ended, message: 'other', covered: 1, delivered: { log: { started: 1, ended: 0 } } };
    expect(eventIdOf(again, 'started', 1)).toBe(eventIdOf(outage, 'started', 1));
    const ids = [1, 2].flatMap((episode) => (['started', 'ended'] as const).map((what) => eventIdOf(outage, what, episode)));
    expect(new Set(ids).size).toBe(4);
    expect(ids[0]).toBe(`${cluster}|${outage.node}|${start}/started/1`);
  });

  it('is the id of the event that is built, whenever that is', () => {
    for (const each of [outage, returned, ofCluster])
      for (const at of [now, new Date(0)])
        expect(outageEvent(each, 'started', page, at).properties.eventId).toBe(eventIdOf(each, 'started', each.episode));
    expect(eventIdOf(ofCluster, 'started', 1)).toBe(`${cluster}|*|${start}/started/1`);
  });
});

it('a summary counts nodes of one name in two clusters as two, and a node with two outages as one', () => {
  const other = cluster.replace('shop', 'bank');
  const own = { node: 'n-1', start, reason: 'NoRoute' as const };
  const members = [
    { ...own, cluster },
    { ...own, cluster, start: back },
    { ...own, cluster: other },
  ];
  const { message, cluster: named } = summaryEvent('id', members, 'started', [], page, now).properties;
  expect([message, named]).toEqual(['Connectivity outages of 2 nodes detected', '*']);
});
