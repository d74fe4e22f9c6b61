import { sharedFactors } from '../history/shared-factor.ts';
import { starter } from '../model/starter.ts';
import * as z from '../zod.ts';

/** Application Insights cuts longer values of properties. */
export const VALUE_LIMIT = 8192;

/** What people rely on of one kind of telemetry: dimensions are texts, measurements numbers. */
interface EventSchema {
  description: string;
  properties: z.ZodMiniObject;
  measurements: z.ZodMiniObject;
}

const text = (meaning: string) => z.described(z.string().check(z.maxLength(VALUE_LIMIT)), meaning);
const flag = (meaning: string) => z.described(z.enum(['true', 'false']), meaning);
const number = (meaning: string) => z.described(z.number(), meaning);

const requests = text(
  'How the IDs of its Run Command requests begin, as the Activity Log keeps them (`clientRequestId`): a run of the prober whose ID begins otherwise is none of its own.',
);
const eventId = text('Names the event for ever; the same however often it is sent.');
const cause = {
  cluster: text('The cluster, as `<subscription id>.<resource group>.<cluster name>` in lower case.'),
  subscriptionId: text('The subscription of the cluster.'),
  reason: text(
    'The code of the reason, as in the reference of reasons; where several nodes are meant, that of most of them, and of equally many the one whose probes got furthest.',
  ),
  stage: text('The layer at which probes came to their end: `dns`, `tcp`, `tls` and so on.'),
  sentence: text('What the reason means, in one sentence.'),
  message: text('What happened, in one sentence.'),
  start: text('When it began, ISO 8601 UTC; of several episodes or nodes, the first.'),
  end: text('When it ended, ISO 8601 UTC; of several nodes, the last; empty while it lasts.'),
  remedy: text('What to check or do first; empty where nothing is known to help.'),
  runbook: text('A page of the vendor on the reason; empty where there is none.'),
  page: text('The status page of the node or cluster; empty where the app does not know its own address.'),
};
const episodes = {
  episode: text('The number of the episode: an outage that returns within the flap window goes on as its next one.'),
  flaps: text('How often it came back: the number of the episode less one.'),
};
const names = {
  nodes: text('Names of the nodes, separated by commas, as many as fit into 8,000 characters.'),
  nodesOmitted: text('How many names did not fit.'),
  commonFactors: text('What the failing nodes share and the healthy ones do not, as sentences separated by `; `; empty if nothing.'),
};
const findingFields = {
  finding: text(
    'The code of the best finding of the search in Azure, as in the reference of findings; empty until there is one, and where there is none.',
  ),
  findingKind: text('How sure it is: `cause`, `suspicion` or `couldNotLook`; empty like `finding`.'),
  findings: text('All findings as sentences separated by `; `, the best first; empty like `finding`.'),
};
const incident = z.strictObject({
  eventId,
  incident: text('Names the incident; the same in its start, its end, its state and on its page.'),
  kind: z.described(
    z.enum(['outage', 'unseen']),
    '`outage`: clusters that failed together; `unseen`: nobody sees the fleet, and `reason` says why.',
  ),
  factor: z.described(
    z.enum(sharedFactors),
    'What the clusters share and healthy ones do not: the resource of a finding, a next hop, a DNS server, and so on; `fleet` if it is all there is.',
  ),
  factorValue: text('The resource ID, address, region, subscription or reason that they share; `*` for the fleet.'),
  subscriptionId: text('The subscription of the clusters; `*` if they are of several.'),
  reason: cause.reason,
  stage: cause.stage,
  sentence: cause.sentence,
  message: cause.message,
  why: text('The best finding that most of them share, else the reason, as a sentence.'),
  changed: text('What changed before, where, when and by whom; `-` if nothing is known.'),
  start: text('When the first of the clusters began to fail, ISO 8601 UTC.'),
  end: cause.end,
  remedy: cause.remedy,
  runbook: cause.runbook,
  page: text('The page of the incident; empty where the app does not know its own address.'),
  clusters: text('Ids of the clusters, separated by commas, as many as fit into 8,000 characters.'),
  clustersOmitted: text('How many ids did not fit.'),
});
const nodeOutage = z.strictObject({
  eventId,
  ...cause,
  ...findingFields,
  ...episodes,
  node: text('The node; `*` in a summary, whose `cluster` is `*` too if the nodes are of several.'),
  evidence: text('What the node said when it first failed; in a summary, how many nodes have which reason.'),
  summary: flag(
    '`true` where one event stands for many nodes, whose outages have then no events of their own; `episode` and `flaps` are then empty.',
  ),
  nodes: z.described(z.optional(names.nodes), `Only in a summary. ${z.meaningOf(names.nodes)}`),
  nodesOmitted: z.described(z.optional(names.nodesOmitted), `Only in a summary. ${z.meaningOf(names.nodesOmitted)}`),
  commonFactors: z.described(z.optional(names.commonFactors), `Only in a summary. ${z.meaningOf(names.commonFactors)}`),
});
const clusterOutage = z.strictObject({
  eventId,
  ...cause,
  ...findingFields,
  ...episodes,
  ...names,
  reasons: text('How many of the failing nodes have which reason, as `3 DnsTimeout, 2 NoRoute`, that of most first.'),
});
const blindness = z.strictObject({ eventId, ...cause, ...findingFields });
const unseen = z.strictObject({
  eventId,
  ...cause,
  pools: text('The pools of the nodes, separated by commas.'),
  nodes: text('Names of up to 20 of the nodes, separated by commas; nodes that no machine was found for have none.'),
});
const unseenCount = number('Nodes without a verdict for this reason.');

const degraded = z.strictObject({
  eventId,
  ...cause,
  nodes: text('Names of up to 20 of the nodes that are not served, separated by commas, as of when it began.'),
});
const notServedCount = 'Nodes that reach their API server and are not served by it';
const askedCount = 'Nodes that reached their API server and asked it';
const restoredCount = (meaning: string) =>
  z.described(z.optional(z.number()), `${meaning}, when it ended; absent where the cluster is not watched for this any more.`);

const members = z.described(z.optional(z.number()), 'Only in a summary. How many nodes it stands for.');
const durationSeconds = number('Seconds from `start` to `end`.');
const clusterCounts = {
  failing: number('Nodes that fail now.'),
  conclusive: number('Nodes with a verdict, reachable or not.'),
  planned: number('Nodes that are to be probed.'),
  most: number('The most nodes that failed at once.'),
  members: number('Nodes that the outage hit, now or before.'),
};
const incidentCounts = {
  affected: number('Clusters in trouble among those that share the factor.'),
  inside: number('Clusters that share the factor.'),
  elsewhereAffected: number('Clusters in trouble among the others.'),
  elsewhere: number('Clusters that do not share the factor.'),
  most: number('The most clusters that were in trouble at once.'),
  nodes: number('Nodes that fail or give no verdict.'),
};
const blindCounts = { unknown: number('Nodes without a verdict.'), planned: clusterCounts.planned };

/** Every event of Application Insights and its fields: what alerts and queries rest on, and what `docs/reference/events.md` is made from. */
export const eventSchemas = {
  NodeOutageStarted: {
    description: 'A node cannot reach its API server. Not sent while its cluster has an outage, which covers it.',
    properties: nodeOutage,
    measurements: z.strictObject({ members }),
  },
  NodeOutageEnded: {
    description: 'A node whose outage was notified reaches its API server again, or is no longer there to be probed.',
    properties: nodeOutage,
    measurements: z.strictObject({ durationSeconds, members }),
  },
  ClusterOutageStarted: {
    description: 'So many nodes of a cluster fail at once that the cluster itself is the subject.',
    properties: clusterOutage,
    measurements: z.strictObject(clusterCounts),
  },
  ClusterOutageEnded: {
    description: 'The outage of a cluster is over. Nodes that still fail are then notified one by one.',
    properties: clusterOutage,
    measurements: z.strictObject({ ...clusterCounts, durationSeconds }),
  },
  ClusterBlind: {
    description: 'So many nodes of a cluster gave no verdict that nothing can be said of it.',
    properties: blindness,
    measurements: z.strictObject(blindCounts),
  },
  ClusterSighted: {
    description: 'Enough nodes of a blind cluster give a verdict again.',
    properties: blindness,
    measurements: z.strictObject({ ...blindCounts, durationSeconds }),
  },
  NodesUnseen: {
    description:
      'Nodes of a cluster that should have a verdict had none for `UNSEEN_AFTER_MINUTES`, all for the same reason. Sent once for each cluster and reason; not while the cluster is blind, which says more.',
    properties: unseen,
    measurements: z.strictObject({ unseen: unseenCount }),
  },
  NodesSeen: {
    description: 'No node of the cluster is without a verdict for this reason any more.',
    properties: unseen,
    measurements: z.strictObject({ unseen: unseenCount, durationSeconds }),
  },
  ClusterDegraded: {
    description:
      'The API server of a cluster is reached, and does not serve so many of the nodes that the cluster itself is the subject. No outage: it has none of the events of one. Not sent while the cluster has an outage, which says more.',
    properties: degraded,
    measurements: z.strictObject({
      notServed: number(`${notServedCount}, when it began.`),
      asked: number(`${askedCount}, when it began.`),
    }),
  },
  ClusterRestored: {
    description:
      'The API server of a degraded cluster serves its nodes again, or all but a few; or the cluster is not watched for this any more, as the message says.',
    properties: degraded,
    measurements: z.strictObject({ notServed: restoredCount(notServedCount), asked: restoredCount(askedCount), durationSeconds }),
  },
  IncidentStarted: {
    description:
      'Clusters failed together and share something that healthy ones do not, or nobody sees the fleet. While it is open, its clusters have no starts of their own.',
    properties: incident,
    measurements: z.strictObject(incidentCounts),
  },
  IncidentEnded: {
    description:
      'Fewer than half of the clusters of an incident were in trouble in two sweeps, or the fleet is seen again. Clusters that are still in trouble are then notified themselves.',
    properties: incident,
    measurements: z.strictObject({ ...incidentCounts, durationSeconds }),
  },
  SweepCompleted: {
    description: 'The heartbeat: a sweep of the whole fleet is complete. Its absence is a reason for an alert.',
    properties: z.strictObject({
      eventId,
      sweep: text('The sweep, named by the time at which it was due, ISO 8601 UTC.'),
      schedule: text('The schedule of sweeps, as `SWEEP_SCHEDULE` gives it.'),
      starter: z.described(
        z.enum(starter.options),
        'What started it: `timer`; `close-sweep` (the end of the sweep before) or `request` (of HTTP) in place of a timer that did not fire; `person`.',
      ),
      gaps: text('Subscriptions that could not be read, separated by commas; empty if none.'),
      script: text('The hash of the script that ran on the nodes.'),
      requests,
      blind: flag('`true` if so few nodes gave a verdict that the sweep says nothing of the fleet.'),
    }),
    measurements: z.strictObject({
      expected: number('Nodes that are known.'),
      reachable: number('Nodes that reached their API server.'),
      notServed: number('Those of them that it does not serve.'),
      unreachable: number('Nodes that did not.'),
      unknown: number('Nodes that were probed and gave no verdict.'),
      notProbed: number('Nodes that were not probed, such as excluded and stopped ones.'),
      coverage: z.described(
        z.optional(z.number()),
        'The share of nodes that gave a verdict among those of which one is expected, 0 to 1; absent where none is.',
      ),
      asked: z.described(
        z.optional(z.number()),
        'The share of nodes that were asked, whatever came of it, among the same, 0 to 1; absent where no verdict is expected.',
      ),
      durationSeconds: number('Seconds from the start of the sweep to its completion.'),
      clusters: number('Clusters in the sweep.'),
      subscriptionGaps: number('Subscriptions that could not be read.'),
      throttled: number('Nodes without a verdict because Azure throttled.'),
      overBudget: number('Nodes that were not probed because the pace has no room for them.'),
      excluded: number('Nodes that settings or tags take out of the fleet.'),
      armRequests: number(
        'Requests to Azure Resource Manager that the instances counted meanwhile, at least: checks that HTTP begins are missing.',
      ),
    }),
  },
  CheckStarted: {
    description: 'Somebody asked for a check of one node, and it was accepted. Who that was is in the table of checks.',
    properties: z.strictObject({
      eventId,
      check: text('The check, as in `GET /api/checks/{id}`.'),
      cluster: cause.cluster,
      node: text('The node.'),
      requests,
    }),
    measurements: z.strictObject({}),
  },
  ProberError: {
    description:
      'The prober gave up on a piece of its own work, or does it in another way than it should, as where the timer does not start its sweeps. It says nothing of any node.',
    properties: z.strictObject({
      eventId,
      message: text('What failed, in one sentence.'),
      evidence: text('What it rests on, such as the beginning of the message that could not be worked on; without secrets.'),
    }),
    measurements: z.strictObject({}),
  },
  Availability: {
    description:
      'The state of a cluster after a sweep, on which alerts rest. Not an event but an availability result, under the name of the cluster; a success only where nodes gave a verdict and the cluster has no outage.',
    properties: z.strictObject({
      cluster: cause.cluster,
      clusterName: text('The name of the cluster.'),
      subscriptionId: cause.subscriptionId,
      target: text('The resource ID of the cluster, to which alerts are attached.'),
      incident: text('The incident that covers the cluster, so that nobody is to be notified of it alone; empty if there is none.'),
      clusterOutage: flag('`true` while the cluster has an outage.'),
      openNodeOutages: text('How many of its nodes have an open outage.'),
      blind: flag('`true` while so few nodes give a verdict that nothing can be said of the cluster.'),
      seen: flag('`false` where no node gave a verdict in the sweep: what is said of outages is then what was known before.'),
      coverage: text(
        'The share of nodes that gave a verdict among those of which one is expected, 0 to 1; empty where none is, while its subscription cannot be listed, which the heartbeat says, and in results between the completions of sweeps.',
      ),
      coverageReason: text('The reason of most of the nodes without a verdict; empty if there is none, and where `coverage` is empty.'),
      reason: text(
        'The reason of its outage or blindness, else of most of the open outages of its nodes, else why it was not seen, as in the reference of reasons; empty if there is none.',
      ),
      outageReason: text(
        'The reason of most of the open outages of its nodes, also while it is blind or has an outage itself; empty if none is open.',
      ),
      ...findingFields,
      maintenance: flag('`true` while the cluster is in maintenance: no alert fires of it.'),
      unseenNodes: text('How many of its nodes should have a verdict and had none for `UNSEEN_AFTER_MINUTES`.'),
      unseenReason: text('The reason of most of these; empty if there are none.'),
      degraded: flag('`true` while the API server is reached, and does not serve so many nodes that the cluster itself is the subject.'),
      degradedReason: text('The reason of most of these nodes; empty while it is not degraded.'),
      upgrading: flag('`true` while Azure upgrades or changes the cluster: it is probed all the same.'),
      alerts: text(
        'What alerts say of the cluster, as JSON: an object by the name of the alert rule, of what stands only, with `subject`, `what`, `counts`, `since`, `why`, `changed` and `settled`. Settled words do not change while the condition stands.',
      ),
      page: cause.page,
    }),
    measurements: z.strictObject({}),
  },
  IncidentState: {
    description:
      'The state of an incident, on which its alert rests. Not an event but an availability result under the name `incident/<id>`, and a success once the incident is over. Sent when the incident opens, changes or ends, and with each completed sweep.',
    properties: z.strictObject({
      incident: incident.shape.incident,
      open: flag('`true` while it is open.'),
      kind: incident.shape.kind,
      severity: z.described(z.enum(['0', '1']), '`0` where most of the fleet is down, else `1`. It settles with the words.'),
      factor: incident.shape.factor,
      factorValue: incident.shape.factorValue,
      subscriptionId: incident.shape.subscriptionId,
      reason: cause.reason,
      subject: text('The subject of a mail: who, how many, since when and why.'),
      what: text('What happened, in one sentence.'),
      counts: text('How many clusters (of kind `unseen`: nodes) of how many, such as `12 of 14`.'),
      since: text('Since when, ISO 8601 UTC.'),
      why: incident.shape.why,
      changed: incident.shape.changed,
      settled: flag('`true` once the words do not change any more.'),
      page: incident.shape.page,
      runbook: cause.runbook,
    }),
    measurements: z.strictObject({}),
  },
} as const satisfies Record<string, EventSchema>;

export type EventName = Exclude<keyof typeof eventSchemas, 'Availability' | 'IncidentState'>;
