import { goDuration } from '../history/go-duration.ts';
import type { LogEntry } from '../history/log.ts';
import { type Outage, outageId } from '../history/outage.ts';
import { reasons } from '../model/reasons.ts';
import * as z from '../zod.ts';
import { commonFactorView, components, reasonName, time } from './components.ts';
import { changeView, findingView, viewFinding } from './findings.ts';
import { namesOf, type RemedyNames, remediesFor, remedyView } from './remedies.ts';

/** A log entry in the shape of the connectivity checks of Kubernetes (`PodNetworkConnectivityCheck`). */
export const logEntryView = z
  .object({
    time,
    success: z.boolean(),
    reason: z.string(),
    message: z.string(),
    latency: z.described(z.nullable(z.string()), 'A duration in the format of Go: `1.211s`, `2.24ms`.'),
  })
  .register(components, { id: 'LogEntry' });

/** What a sink accepted. */
export const notifiedView = z.object({ started: z.boolean(), ended: z.boolean(), startedAt: z.optional(time), endedAt: z.optional(time) });
export type NotifiedView = z.output<typeof notifiedView>;

/** An outage as the API shows it. */
export const outageView = z
  .object({
    id: z.string(),
    subject: z.union([
      z.object({ kind: z.literal('cluster'), cluster: z.string() }),
      z.object({ kind: z.literal('node'), cluster: z.string(), node: z.string() }),
    ]),
    reason: reasonName,
    stage: z.string(),
    start: time,
    end: z.nullable(time),
    message: z.string(),
    flaps: z.described(z.number(), 'How often it returned within the flap window.'),
    maintenance: z.described(z.boolean(), 'Whether an episode of it began in a maintenance of its cluster, in which nobody is notified.'),
    episodes: z.described(z.array(z.object({ start: time, end: z.nullable(time) })), 'The newest ones, oldest first.'),
    nodes: z.described(z.optional(z.array(z.string())), 'For an outage of a cluster: all nodes that it affected.'),
    counts: z.optional(z.nullable(z.object({ failing: z.number(), conclusive: z.number(), planned: z.number(), most: z.number() }))),
    reasons: z.described(
      z.optional(z.array(z.object({ reason: reasonName, nodes: z.number() }))),
      'For an outage of a cluster: the reasons of the nodes that fail now, or failed last, the most frequent first.',
    ),
    commonFactors: z.optional(z.array(commonFactorView)),
    remedies: z.described(z.array(remedyView), 'What to check or do next about its reason, most likely first.'),
    findings: z.described(
      z.array(findingView),
      'What Azure’s configuration says of it, the best first: at most three, and what could not be read.',
    ),
    changes: z.described(z.array(changeView), 'What changed on the way of the nodes, from an hour before it began, newest first.'),
    searchedAt: z.described(z.nullable(time), 'When Azure’s configuration was last searched for it; null until then.'),
    notified: z.described(
      z.record(z.string(), notifiedView),
      'Whether each sink accepted the start and the end of its newest episode, and when.',
    ),
    startLogs: z.array(logEntryView),
    endLogs: z.array(logEntryView),
  })
  .register(components, { id: 'Outage' });
export type OutageView = z.output<typeof outageView>;

/** Shows an entry of a log. */
export function viewLogEntry({ time: at, success, reason, message, latencyMs }: LogEntry): z.output<typeof logEntryView> {
  return { time: at, success, reason, message, latency: latencyMs === undefined ? null : goDuration(latencyMs) };
}

/** Shows an outage; `names` are those of its subject, as far as they are known besides those that it holds itself. */
export function viewOutage(outage: Outage, names: RemedyNames = {}): OutageView {
  const { cluster, node, reason, start, end, message, episode, episodes, maintained, startLogs, endLogs } = outage;
  const own = { ...namesOf(outage), ...names };
  const { nodes = [], counts, reasons: several = [], commonFactors = [], findings = [], changes = [], searchedAt } = outage;
  return {
    id: outageId(outage),
    subject: node === undefined ? { kind: 'cluster', cluster } : { kind: 'node', cluster, node },
    reason,
    stage: reasons[reason].stage,
    start,
    end: end ?? null,
    message,
    flaps: episode - 1,
    maintenance: maintained > 0,
    episodes: episodes.map((each) => ({ start: each.start, end: each.end ?? null })),
    ...(node === undefined && { nodes: [...nodes], counts: counts ?? null, reasons: [...several], commonFactors: [...commonFactors] }),
    remedies: remediesFor(reason, own),
    findings: findings.map((finding) => viewFinding(finding, own)),
    changes: [...changes],
    searchedAt: searchedAt ?? null,
    notified: Object.fromEntries(
      Object.entries(outage.delivered).map(([sink, { tried: _, ...marks }]) => [
        sink,
        { ...marks, started: marks.started >= episode, ended: marks.ended >= episode },
      ]),
    ),
    startLogs: startLogs.map(viewLogEntry),
    endLogs: endLogs.map(viewLogEntry),
  };
}
