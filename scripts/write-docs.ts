import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { explain } from '../src/diagnose/evaluate/catalogue.ts';
import { families, labelMeanings, PREFIX } from '../src/http/metrics/families.ts';
import { OF_POWER } from '../src/inventory/skip-reason.ts';
import { findingCodes } from '../src/model/finding.ts';
import { OF_CLUSTER, OF_POOL, type Treatment } from '../src/model/lifecycle.ts';
import type { Reason } from '../src/model/reasons/reason.ts';
import { type Remedy, remedyOf } from '../src/model/reasons/remedy.ts';
import { reasons } from '../src/model/reasons.ts';
import { placeholderNames } from '../src/model/remedies.ts';
import { eventSchemas } from '../src/notify/event-schemas.ts';
import * as z from '../src/zod.ts';
import { renderApi } from './render-api.ts';
import { recordedReceivers, renderRequests } from './render-webhooks.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A remedy as an item of a list, its command as code. */
const remedyText = ({ say, command }: Remedy) => (command === null ? say : `${say.replace(/\.$/, '')}: \`${command}\``);

function renderReason(code: string, { sentence, links, ...reason }: Reason): string {
  const remedies = reason.remedies.map((each) => remedyText(remedyOf(each, placeholderNames)));
  const steps = remedies.length === 0 ? '' : `\n${remedies.map((remedy) => `- ${remedy}`).join('\n')}\n`;
  const more = links.length === 0 ? '' : `\nMore: ${links.map((link) => `<${link}>`).join(', ')}\n`;
  return `### ${code}\n\n${sentence}\n${steps}${more}`;
}

const yes = (is: boolean) => (is ? 'yes' : 'no');

/** The policy of every reason, one a row. */
function renderPolicies(): string {
  const rows = Object.entries<Reason>(reasons).map(([code, { policy }]) => {
    const { fault, duration, expected, asked, endsOutage, blinds, hides } = policy;
    return `| [${code}](#${code.toLowerCase()}) | ${fault} | ${duration} | ${yes(expected)} | ${yes(asked)} | ${yes(endsOutage)} | ${blinds} | ${hides} |`;
  });
  return `## What follows from each reason

- *Fault*: whose fault it is; a choice of the operator, or a right that is missing, is the operator's.
- *Duration*: whether it passes without anybody doing anything, as a rule.
- *Expected*: whether a verdict of the node is expected all the same; then the node counts in coverage.
- *Asked*: whether a node that gave no verdict for it counts as asked.
- *Ends an outage*: whether nobody will see the node recover, so that its open outage ends.
- *Blinds*: whose sight suffers from it: the node's alone, or with many nodes that of the whole cluster.
- *Hides*: what is not listed because of it.

| reason | fault | duration | expected | asked | ends an outage | blinds | hides |
|---|---|---|---|---|---|---|---|
${rows.join('\n')}
`;
}

/** Writes the catalogue of reasons as a reference page, by stage. */
export function renderReasons(): string {
  const byStage = Map.groupBy(Object.entries<Reason>(reasons), ([, { stage }]) => stage);
  const chapters = [...byStage].map(([stage, entries]) => {
    const title = stage === 'none' ? 'Nothing failed' : `Stage: ${stage}`;
    return `## ${title}\n\n${entries.map(([code, reason]) => renderReason(code, reason)).join('\n')}`;
  });
  const intro =
    'Every verdict bears one of these reasons, and so does every reachable node that its API server does not serve (stage `served`). The page is made from the catalogue in `src/model/reasons.ts` by `npm run docs`; the table at its end says what follows from each. In commands, words in capitals such as `RESOURCE_GROUP` stand for the names of the case; everywhere else, the prober fills them in.';
  return `# Reasons\n\n${intro}\n\n${chapters.join('\n')}\n${renderPolicies()}`;
}

/** Writes the findings of searches in Azure as a reference page. */
export function renderFindings(): string {
  const rows = findingCodes.map(
    (code) => `### ${code}\n\n${explain[code].means}\n\n- ${remedyText(remedyOf(explain[code].todo, placeholderNames))}\n`,
  );
  return `# Findings

What a search in Azure may find to explain an outage or a blindness. The page is made from \`src/diagnose/evaluate/catalogue.ts\` by \`npm run docs\`.

${findingsIntro}

## All findings

${rows.join('\n')}`;
}

const stateName = (state: string) => (state === '' ? '(none)' : state[0]!.toUpperCase() + state.slice(1));

/** What a state of Azure means, one a row. */
function renderTreatments(states: Readonly<Record<string, Treatment>>): string {
  const rows = Object.entries(states).map(([state, treatment]) => {
    const what =
      treatment.treat === 'record'
        ? `only recorded, as [${treatment.reason}](reasons.md#${treatment.reason.toLowerCase()})`
        : 'probed and judged';
    return `| ${stateName(state)} | ${what} |`;
  });
  return `| state | its nodes are |\n|---|---|\n${rows.join('\n')}\n| any other | probed, judged and marked as being changed: a first failure is not confirmed at once, but by the next sweep |\n`;
}

/** Writes what the states of clusters, pools and machines mean as a reference page. */
export function renderStates(): string {
  const powers = Object.entries(OF_POWER).map(([power, reason]) => {
    const ends = reasons[reason].policy.endsOutage ? 'ends an open outage' : 'leaves an open outage open';
    return `| ${stateName(power)} | not probed, as [${reason}](reasons.md#${reason.toLowerCase()}); ${ends} |`;
  });
  return `# States of Azure

What the states mean that Azure reports of a cluster, a pool and a machine. The page is made from \`src/model/lifecycle.ts\` and \`src/inventory/skip-reason.ts\` by \`npm run docs\`. Letter case does not matter. What is planned is no outage: a cluster that is being stopped or deleted opens none, and only states that are proven to last end one.

## Provisioning state of a cluster

${renderTreatments(OF_CLUSTER)}
A cluster with the power state \`Stopped\` is only recorded, as [ClusterStopped](reasons.md#clusterstopped), unless it is being started or deleted.

## Provisioning state of a pool

${renderTreatments(OF_POOL)}
## Power state of a machine

| power state | the node is |
|---|---|
${powers.join('\n')}
| any other, none, or not readable | probed: it says nothing |

A machine whose provisioning state is \`Creating\` or \`Deleting\` is not probed. \`Updating\` alone is no reason, since Run Command sets it too; while its cluster or pool is changed, and no run of ours is in progress on it, it counts as being reimaged ([NodeUpdating](reasons.md#nodeupdating)). A node that was stopped or reimaged is left alone for \`NODE_GRACE_MINUTES\` from when it is seen running again, like a new one.

## What one source does not show

A node is given up only when two complete listings lack it, and Azure does not know its machine by its resource ID either. A scale set without its tags is told by the name that AKS gave it. Each sweep compares the pools of a cluster with the machines that were found: where a pool has fewer machines than nodes in two sweeps in a row, the difference counts as nodes that were not probed ([MachinesMissing](reasons.md#machinesmissing)). A scale set, a page or a view that cannot be read costs only its own nodes a verdict, with the cause as their reason.
`;
}

const findingsIntro = `A reason says *where* the path of a node broke, as the node itself saw it. A finding is something read in Azure that explains it: a setting, its resource, and who changed it when. When an outage opens, or a cluster goes blind, the prober reads the configuration on the way of its nodes by resource ID, and the change logs since an hour before: once at first, again five and twenty minutes later because the logs of Azure are late, and once more when it is over. It searches once for each cluster and reason, not for each node, and never holds up a probe, an outage or a notification. It needs [rights of its own](../guides/deploy.md#findings), reads only.

| kind | means |
|---|---|
| \`cause\` | by the settings as they were read, the connection is impossible; no node behind the same subnet, security groups and route table reaches its API server; what the node saw agrees; and everything needed was read |
| \`suspicion\` | may have to do with it, and one of these is missing |
| \`couldNotLook\` | what could not be read, and which right is missing |

At most three are shown, causes first, then suspicions with a change in the hour before, then the others; and always what could not be read. When the outage has ended, the settings of a cause are read again: a cause that blocks by them still was none, is marked as \`revoked\`, and counts in \`aks_fleet_prober_causes_total{outcome="revoked"}\`; one that blocks no more counts as \`confirmed\`. A cause that rests on answers of DNS servers, or whose settings cannot be read again, counts as neither.

Where only some nodes or one node is known, as in \`npm run cli -- check --explain\`, nothing is more than a suspicion.

Where no node gave a verdict at all, as in a blind cluster, nothing was seen that a setting could agree with: there, only a setting that was changed just before is a cause.

**What it cannot see**: routes that a gateway or an on-premises network announces, appliances of third parties from within, Microsoft's own side, and the expiry of secrets. Of virtual network managers it sees what Resource Graph shows to its identity. Kubernetes network policies do not apply to the network of the node itself, which is what is probed.`;

const eventsIntro = `What the prober sends to Application Insights, and to [webhooks](../guides/webhooks.md). The page is made from \`src/notify/event-schemas.ts\` by \`npm run docs\`.

Events are history: what happened, when, and why, one custom event (table \`customEvents\`) for each change that people should know about, never one for a healthy probe. Fields of type text are in \`customDimensions\`, numbers in \`customMeasurements\`. The timestamp is when the event was sent; \`start\` and \`end\` say when it happened. No text is longer than 8,192 characters.

An event may arrive twice, since one whose acceptance is uncertain is sent again. Its \`eventId\` is deterministic, so duplicates can be dropped:

\`\`\`kusto
customEvents
| extend eventId = tostring(customDimensions.eventId)
| summarize arg_min(timestamp, *) by eventId
\`\`\`

Availability results (table \`availabilityResults\`) are state, and alerts read them: one for each cluster and sweep, so that an alert lasts as long as its outage. Success means that nodes gave a verdict and that the cluster has no outage. While a cluster is blind there is none under its name; instead there is one named \`<cluster>/blind\`, with \`blind\` = \`true\` and without success. Where none of its nodes gave a verdict in a sweep, for example because access is missing, there is one named \`<cluster>/unseen\`, without success; but an outage that was open stays open, under the name of the cluster. A cluster that is excluded, stopped or gone, or of which no verdict is expected, has none.

Without a connection string, events are log lines.`;

function renderFields(type: string, { shape }: z.ZodMiniObject): string[] {
  return Object.entries(shape).map(([field, schema]) => `| \`${field}\` | ${type} | ${z.meaningOf(schema)} |\n`);
}

/** Writes the events of Application Insights and their fields as a reference page. */
export function renderEvents(): string {
  const chapters = Object.entries(eventSchemas).map(([name, { description, properties, measurements }]) => {
    const fields = [...renderFields('text', properties), ...renderFields('number', measurements)].join('');
    return `## ${name}\n\n${description}\n\n| field | type | meaning |\n|---|---|---|\n${fields}`;
  });
  return `# Events\n\n${eventsIntro}\n\n${chapters.join('\n')}`;
}

const metricsIntro = `What \`GET /api/metrics\` answers, in the OpenMetrics text format. The page is made from \`src/http/metrics/families.ts\` by \`npm run docs\`; [the guide](../guides/prometheus.md) says how to scrape it.

All of it is read from storage, so that every instance of the app answers alike, and counters go on through restarts. Each name begins with \`${PREFIX}\`. Labels go down to clusters, reasons and buckets, never to nodes. A gauge says what the latest assessments and the last completed sweep came to; a counter and the histogram only grow, each sweep, outage and probe counted once.`;

/** Writes the figures of the metrics and their labels as a reference page. */
export function renderMetrics(): string {
  const rows = Object.entries(families).map(([name, { kind, labels, help }]) => {
    const named = labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${kind} | ${named} | ${help} |\n`;
  });
  const meanings = Object.entries(labelMeanings).map(([label, meaning]) => `| \`${label}\` | ${meaning} |\n`);
  return `# Metrics

${metricsIntro}

| name | kind | labels | meaning |
|---|---|---|---|
${rows.join('')}
A histogram has the samples \`_bucket\` (with the label \`le\`), \`_sum\` and \`_count\`.

## Labels

| label | says |
|---|---|
${meanings.join('')}`;
}

/** Writes the page that alerts link to each reason, as the table of a KQL query. */
export function renderRunbooks(): string {
  const rows = Object.entries<Reason>(reasons).flatMap(([code, { links }]) =>
    links[0] === undefined ? [] : [`    '${code}', '${links[0]}'`],
  );
  const intro = '// Where to read more about each reason. Made from src/model/reasons.ts by "npm run docs".';
  return `${intro}\nlet runbooks = datatable(reason: string, runbook: string) [\n${rows.join(',\n')}\n];\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(join(root, 'docs', 'reference', 'reasons.md'), renderReasons());
  await writeFile(join(root, 'docs', 'reference', 'states.md'), renderStates());
  await writeFile(join(root, 'docs', 'reference', 'findings.md'), renderFindings());
  await writeFile(join(root, 'docs', 'reference', 'events.md'), renderEvents());
  await writeFile(join(root, 'docs', 'reference', 'metrics.md'), renderMetrics());
  await writeFile(join(root, 'docs', 'reference', 'api.md'), renderApi());
  await writeFile(join(root, 'infra', 'alerts', 'runbooks.kql'), renderRunbooks());
  for (const receiver of recordedReceivers) await writeFile(join(root, 'infra', 'webhooks', `${receiver}.json`), renderRequests(receiver));
}
