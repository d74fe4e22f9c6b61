import { createHash } from 'node:crypto';
import { parseClusterId } from '../../model/resource-id.ts';
import type { EventName } from '../event-schemas.ts';
import type { TelemetryEvent } from '../telemetry-event.ts';

type Severity = 'critical' | 'error' | 'warning';

/** An event in the words of those who page people: something began, or is over. */
export interface Notice {
  /** Names what is told of: the same at its start and at its end. */
  key: string;
  kind: string;
  action: 'trigger' | 'resolve';
  severity: Severity;
  title: string;
  /** What it is about: the id of a cluster, `cluster/node`, an incident, or the prober. */
  source: string;
  time: string;
  start: string;
  end: string;
  facts: readonly [name: string, text: string][];
  links: readonly [name: string, address: string][];
}

/** What each event is to those who page people; the heartbeat is no news, nor is that somebody asked for a check. */
const KINDS: Readonly<Record<EventName, readonly [kind: string, action: Notice['action'], severity: Severity] | undefined>> = {
  IncidentStarted: ['Incident', 'trigger', 'critical'],
  IncidentEnded: ['Incident', 'resolve', 'critical'],
  ClusterOutageStarted: ['ClusterOutage', 'trigger', 'critical'],
  ClusterOutageEnded: ['ClusterOutage', 'resolve', 'critical'],
  NodeOutageStarted: ['NodeOutage', 'trigger', 'error'],
  NodeOutageEnded: ['NodeOutage', 'resolve', 'error'],
  ClusterDegraded: ['ClusterDegraded', 'trigger', 'error'],
  ClusterRestored: ['ClusterDegraded', 'resolve', 'error'],
  ClusterBlind: ['ClusterBlind', 'trigger', 'warning'],
  ClusterSighted: ['ClusterBlind', 'resolve', 'warning'],
  NodesUnseen: ['NodesUnseen', 'trigger', 'warning'],
  NodesSeen: ['NodesUnseen', 'resolve', 'warning'],
  ProberError: ['ProberError', 'trigger', 'warning'],
  SweepCompleted: undefined,
  CheckStarted: undefined,
};

const LONGEST_FACT = 800;
/** The properties that people want to read, in this order, and what they are called. */
const FACTS = [
  ['sentence', 'Reason'],
  ['why', 'Why'],
  ['changed', 'Changed'],
  ['findings', 'Findings'],
  ['commonFactors', 'In common'],
  ['evidence', 'Evidence'],
  ['nodes', 'Nodes'],
  ['clusters', 'Clusters'],
  ['remedy', 'First check'],
] as const;
const LINKS = [
  ['page', 'Status page'],
  ['runbook', 'About the reason'],
] as const;

/** A text of a length at most, cut where there is more of it. */
export const cut = (text: string, longest: number) => (text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`);

/** A key of a length at most: what is too long keeps its beginning and is told apart by a hash. */
export function shortKey(key: string, longest: number): string {
  if (key.length <= longest) return key;
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 32);
  return `${key.slice(0, longest - hash.length - 1).toWellFormed()}|${hash}`;
}

/** Names what an event is about. A summary of nodes has another id at its end, since others may have recovered meanwhile: there is one for a cluster. */
function keyOf({ eventId, cluster = '', summary }: Readonly<Record<string, string>>): string {
  if (summary === 'true') return `${cluster}|summary`;
  return eventId!.replace(/\/(started|ended)(\/\d+)?$/, '');
}

const isLink = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

/** Says an event in the words of those who page people; undefined for one that is no news to them. Pure. */
export function noticeOf({ name, time, properties }: TelemetryEvent): Notice | undefined {
  const what = KINDS[name];
  if (what === undefined) return undefined;
  const [kind, action, severity] = what;
  const text: Readonly<Record<string, string | undefined>> = properties;
  const { cluster = '', node = '', incident = '', message = '', start = '', end = '' } = text;
  const who = cluster === '*' ? 'several clusters' : (parseClusterId(cluster)?.name ?? cluster);
  const where = node === '' || node === '*' ? who : `${who}, ${node}`;
  const facts = FACTS.flatMap(([field, called]): [string, string][] => {
    const value = text[field] ?? '';
    return value === '' || value === '-' || (field === 'remedy' && action === 'resolve') ? [] : [[called, cut(value, LONGEST_FACT)]];
  });
  const links = LINKS.flatMap(([field, called]): [string, string][] => {
    const address = text[field] ?? '';
    return isLink(address) ? [[called, address]] : [];
  });
  return {
    key: keyOf(properties),
    kind,
    action,
    severity,
    title: `${where === '' ? '' : `${where}: `}${message}`,
    source: [cluster, node].filter((part) => part !== '' && part !== '*').join('/') || incident || 'aks-fleet-prober',
    time,
    start,
    end,
    facts: [
      ...(start === '' ? [] : [['Since', start] as [string, string]]),
      ...(end === '' ? [] : [['Until', end] as [string, string]]),
      ...facts,
    ],
    links,
  };
}
