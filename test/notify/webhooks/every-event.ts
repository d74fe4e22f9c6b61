import { nothingDelivered, type Outage } from '../../../src/history/outage.ts';
import { blindnessEvent } from '../../../src/notify/blindness-event.ts';
import { degradedEvent } from '../../../src/notify/degraded-event.ts';
import { incidentEvent } from '../../../src/notify/incident-event.ts';
import { outageEvent, summaryEvent } from '../../../src/notify/outage-events.ts';
import type { TelemetryEvent } from '../../../src/notify/telemetry-event.ts';
import { unseenEvent } from '../../../src/notify/unseen-event.ts';
import type { StoredIncident } from '../../../src/tables/incident-rows.ts';

export const CLUSTER = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg-shop.shop-prod';
const PAGE = 'https://prober.example/api/status';
const start = '2026-11-21T03:02:00.000Z';
const end = '2026-11-21T03:40:00.000Z';
const [begun, over] = [new Date('2026-11-21T03:03:10.000Z'), new Date('2026-11-21T03:41:00.000Z')];
const whats = ['started', 'ended'] as const;
const at = (what: (typeof whats)[number]) => (what === 'started' ? begun : over);

const outage: Outage = {
  ...nothingDelivered,
  cluster: CLUSTER,
  reason: 'ConnectionTimedOut',
  message: 'Connectivity outage detected',
  start,
  openedAt: start,
  episode: 1,
  episodes: [{ start }],
  startLogs: [],
  endLogs: [],
};
const standing = { subject: CLUSTER, since: start, sweep: start };
const counts = { failing: 9, conclusive: 9, planned: 9, most: 9 };
const nodes = Array.from({ length: 30 }, (_, n) => `aks-web-12345678-vmss${String(n).padStart(6, '0')}`);

export const incident: StoredIncident = {
  subject: '20261121T030200Z-1a2b3c4d',
  since: start,
  delivered: {},
  sweep: start,
  kind: 'outage',
  factor: 'nextHop',
  value: '10.0.0.4',
  reason: 'ConnectionTimedOut',
  members: [CLUSTER],
  open: [CLUSTER],
  blind: 0,
  counts: { affected: 12, inside: 14, elsewhereAffected: 0, elsewhere: 40 },
  most: 12,
  nodes: 108,
  planned: 120,
  wide: false,
  grownAt: start,
  judgedAt: start,
  closed: false,
};

/** Every event of which webhooks are told, at its start and at its end. */
export const everyEvent: readonly TelemetryEvent[] = [
  ...whats.map((what) => incidentEvent(what === 'started' ? incident : { ...incident, until: end }, what, start, PAGE, at(what))),
  ...whats.flatMap((what) => {
    const own = what === 'started' ? outage : { ...outage, end };
    return [
      outageEvent({ ...own, counts, nodes: nodes.slice(0, 9) }, what, PAGE, at(what)),
      outageEvent({ ...own, node: nodes[0] }, what, PAGE, at(what)),
      summaryEvent(
        `${CLUSTER}|summary|0123456789abcdef/${what}`,
        nodes.map((node) => ({ cluster: CLUSTER, node, start, end, reason: 'ConnectionTimedOut' as const })),
        what,
        [],
        PAGE,
        at(what),
      ),
      blindnessEvent({ subject: CLUSTER, unknown: 8, planned: 9, reason: 'AccessDenied', findings: [] }, what, start, PAGE, at(what)),
      degradedEvent(
        { ...standing, reason: 'EtcdUnavailable', notServed: 8, asked: 9, names: nodes.slice(0, 8), degradedSince: start },
        what,
        start,
        PAGE,
        at(what),
      ),
      unseenEvent(
        { ...standing, cluster: CLUSTER, reason: 'AgentNotReady', nodes: 3, pools: ['web'], names: nodes.slice(0, 3), unseenSince: start },
        what,
        start,
        PAGE,
        at(what),
      ),
    ];
  }),
  {
    name: 'ProberError',
    time: begun.toISOString(),
    properties: { eventId: 'timer/one', message: 'the timer is frozen', evidence: 'none' },
  },
];
