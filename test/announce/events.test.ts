import { describe, expect, it } from 'vitest';
import { eventIdOf, nodeOutageEvent, nodePage } from '../../src/announce/events.ts';
import type { Outage } from '../../src/history/outage.ts';

const outage: Outage = {
  cluster: '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg-(pay).ments.shop',
  node: 'aks-web-12345678-vmss00000a',
  start: '2026-11-21T09:35:02.000Z',
  reason: 'ConnectionTimedOut',
  message: 'Connectivity outage detected at 2026-11-21T09:35:02.000Z',
  episode: 1,
  openedAt: '2026-11-21T09:35:20.000Z',
  startLogs: [],
  endLogs: [],
  announced: [],
};
const ended: Outage = { ...outage, end: '2026-11-21T09:41:02.500Z', message: 'Connectivity restored after 6m0.5s' };

describe('nodeOutageEvent', () => {
  it('tells the start of an outage, its cause and what to do', () => {
    expect(nodeOutageEvent(outage, 'started', 'https://prober.example/api/status/')).toMatchInlineSnapshot(`
      {
        "measurements": undefined,
        "name": "NodeOutageStarted",
        "properties": {
          "cluster": "0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg-(pay).ments.shop",
          "end": "",
          "eventId": "0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg-(pay).ments.shop|aks-web-12345678-vmss00000a|2026-11-21T09:35:02.000Z/started/1",
          "evidence": "",
          "message": "Connectivity outage detected at 2026-11-21T09:35:02.000Z",
          "node": "aks-web-12345678-vmss00000a",
          "page": "https://prober.example/api/status/clusters/0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg-(pay).ments.shop/nodes/aks-web-12345678-vmss00000a",
          "reason": "ConnectionTimedOut",
          "remedy": "Authorized IP ranges: add the node's outbound address (az aks show --query apiServerAccessProfile.authorizedIpRanges).",
          "runbook": "https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/error-codes/vmextensionerror-k8sapiserverconnfail",
          "sentence": "No answer to the TCP connection: packets are dropped on the way.",
          "stage": "tcp",
          "start": "2026-11-21T09:35:02.000Z",
          "subscriptionId": "0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01",
        },
        "time": "2026-11-21T09:35:02.000Z",
      }
    `);
  });

  it('tells the end of an outage with its length', () => {
    const { name, time, properties, measurements } = nodeOutageEvent(ended, 'ended', undefined);
    expect({ name, time, measurements }).toEqual({
      name: 'NodeOutageEnded',
      time: '2026-11-21T09:41:02.500Z',
      measurements: { durationSeconds: 360.5 },
    });
    expect(properties).toMatchObject({ end: ended.end, message: 'Connectivity restored after 6m0.5s', page: '' });
  });

  it('tells the start of an outage that has ended meanwhile as it would have been told then', () => {
    const late = nodeOutageEvent(ended, 'started', undefined);
    expect(late).toMatchObject({ name: 'NodeOutageStarted', time: outage.start, measurements: undefined });
    expect(late.properties.message).toBe('Connectivity outage detected at 2026-11-21T09:35:02.000Z');
  });

  it('has only texts as properties, as custom events of Application Insights do', () => {
    for (const what of ['started', 'ended'] as const)
      for (const value of Object.values(nodeOutageEvent(ended, what, undefined).properties)) expect(value).toBeTypeOf('string');
  });
});

describe('eventIdOf', () => {
  it('is the same however often an event is told, and another for each event and episode', () => {
    const again = structuredClone({ ...outage, message: 'other', announced: ['started' as const] });
    expect(eventIdOf(again, 'started')).toBe(eventIdOf(outage, 'started'));
    const ids = [1, 2].flatMap((episode) => (['started', 'ended'] as const).map((what) => eventIdOf({ ...outage, episode }, what)));
    expect(new Set(ids).size).toBe(4);
    expect(ids[0]).toBe(`${outage.cluster}|${outage.node}|${outage.start}/started/1`);
  });
});

describe('nodePage', () => {
  it('encodes names, so that no part of them leads elsewhere', () => {
    expect(nodePage('https://a.example/api/status', 'sub.r/g?.shop', '../x#y')).toBe(
      'https://a.example/api/status/clusters/sub.r%2Fg%3F.shop/nodes/..%2Fx%23y',
    );
  });
});
