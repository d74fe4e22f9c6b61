import type { Chronicle, Notice } from './chronicle.ts';
import { cutOff } from './judge-outages.ts';
import type { SinkName } from './troubles.ts';
import { overlaps, type Stretch, type Truth } from './truth.ts';

const SINKS: readonly SinkName[] = ['ingestion', 'webhook'];
/** How the events of a beginning and of its end are called, and which property says of what both are. */
const PAIRS = [
  ['NodeOutageStarted', 'NodeOutageEnded'],
  ['ClusterOutageStarted', 'ClusterOutageEnded'],
  ['ClusterBlind', 'ClusterSighted'],
  ['IncidentStarted', 'IncidentEnded'],
  ['NodesUnseen', 'NodesSeen'],
  ['ClusterDegraded', 'ClusterRestored'],
] as const;

/** Of what a notice is: the same in the beginning and the end. */
const subjectOf = ({ properties: { cluster = '', node = '', incident = '', episode = '', start = '' } }: Notice) =>
  [cluster, node, incident, episode, start].join(' ');

const within = ({ from, until }: Stretch, time: string, slackMs: number) =>
  from - slackMs <= Date.parse(time) && Date.parse(time) <= until + slackMs;

/** What a sink accepted, each event once: it is sent again until it was. */
const oncePerId = (notices: readonly Notice[]) => [...new Map(notices.map((each) => [each.id, each])).values()];

function judgePairs(sink: SinkName, notices: readonly Notice[]): string[] {
  return PAIRS.flatMap(([began, ended]) => {
    const [starts, ends] = [began, ended].map((name) => notices.filter((each) => each.name === name).map(subjectOf));
    const [open, orphans] = [starts!.filter((each) => !ends!.includes(each)), ends!.filter((each) => !starts!.includes(each))];
    const twice = starts!.filter((each, index) => starts!.indexOf(each) !== index);
    return [
      ...open.map((each) => `${sink}: ${began} without ${ended}: ${each}`),
      ...orphans.map((each) => `${sink}: ${ended} without ${began}: ${each}`),
      ...twice.map((each) => `${sink}: ${began} under two ids: ${each}`),
    ];
  });
}

/** No notification is of something that was not so. */
function judgeTruth(
  sink: SinkName,
  notices: readonly Notice[],
  { plan, start, intervalMs, calmSweeps }: Chronicle,
  truth: Truth,
): string[] {
  const calm = start + plan.calmFrom * 60_000 + calmSweeps * intervalMs;
  const isLate = ({ time }: Notice) => Date.parse(time) - truth.slackMs > calm;
  return notices.flatMap((notice) => {
    const { name, properties } = notice;
    const [{ cluster = '', node }, say] = [properties, (what: string) => [`${sink}: ${what}: ${name} of ${subjectOf(notice)}`]];
    if (name === 'NodeOutageStarted' && properties.summary === 'true') return [];
    if (name === 'NodeOutageStarted' || name === 'ClusterOutageStarted') {
      const subject = name === 'NodeOutageStarted' ? { cluster, node } : { cluster };
      const isReal = cutOff(truth, subject).some((each) => within(each, properties.start!, truth.slackMs));
      return isReal ? [] : say('a false notification');
    }
    if (name === 'ClusterDegraded' || name === 'NodesUnseen') return say('a false notification');
    if (name === 'ClusterBlind' && isLate(notice)) return say('blindness in calm');
    const isOfHub = truth.all.some(
      ({ target, from, until }) => target.startsWith('hub.') && within({ from, until }, properties.start!, truth.slackMs),
    );
    if (name === 'IncidentStarted' && isLate(notice) && !isOfHub) return say('an incident in calm');
    return [];
  });
}

/** How many completed sweeps that began and ended in a stretch saw its subject cut off. */
function seenIn({ sweeps }: Chronicle, { cluster, node }: { cluster: string; node?: string }, { from, until }: Stretch): number {
  return sweeps.filter(({ id, completedAt, outcomes }) => {
    if (completedAt === null || Date.parse(id) < from || Date.parse(completedAt) > until) return false;
    const all = outcomes[cluster] ?? [];
    const failing = all.filter(([name, outcome]) => outcome.startsWith('unreachable/') && (node === undefined || name === node));
    return node === undefined ? failing.length >= 2 && failing.length * 2 >= all.length : failing.length > 0;
  }).length;
}

/** Each real outage of more than two sweeps is notified exactly once, with the right subject. */
function judgeReal(sink: SinkName, notices: readonly Notice[], chronicle: Chronicle, truth: Truth): string[] {
  const { fleet, start, plan, intervalMs } = chronicle;
  const calm = start + plan.calmFrom * 60_000;
  const subjects: { cluster: string; node?: string }[] = fleet.flatMap(({ cluster, nodes }) => [
    { cluster },
    ...nodes.map((node) => ({ cluster, node })),
  ]);
  return subjects.flatMap((subject) => {
    const { cluster, node } = subject;
    const name = node === undefined ? 'ClusterOutageStarted' : 'NodeOutageStarted';
    return cutOff(truth, subject).flatMap((stretch) => {
      const own = notices.filter(({ name: given, properties: { cluster: of, node: at, start: since = '' } }) => {
        return given === name && of === cluster && (node === undefined || at === node) && within(stretch, since, truth.slackMs);
      });
      const what = `${[cluster, node].filter(Boolean).join('/')} from ${new Date(stretch.from).toISOString()} to ${new Date(stretch.until).toISOString()}`;
      const isBroken = truth.comings(node === undefined ? cluster : `${cluster}/${node}`).some((each) => overlaps(each, stretch));
      // One that returns soon is the same outage, whose next episode has a start of its own.
      const outages = new Set(own.map(({ properties }) => properties.start)).size;
      if (outages > 1 && !isBroken) return [`${sink}: ${outages} notifications of ${what}`];
      const isOfCluster = node !== undefined && truth.down(cluster).some((each) => overlaps(each, stretch));
      const incidents = notices.filter((each) => each.name === 'IncidentStarted' && each.properties.clusters?.split(',').includes(cluster));
      if (own.length > 0 || isOfCluster || incidents.length > 0 || isBroken) return [];
      const isLong = stretch.from < calm && stretch.until > calm + 1.2 * intervalMs;
      return isLong || seenIn(chronicle, subject, stretch) > 2 ? [`${sink}: no notification of ${what}`] : [];
    });
  });
}

/** Each sink was notified of what was true, of all of it, once, and of its end. */
export function judgeNotices(chronicle: Chronicle, truth: Truth): string[] {
  return SINKS.flatMap((sink) => {
    const notices = oncePerId(chronicle.notices.filter((each) => each.sink === sink));
    return [...judgePairs(sink, notices), ...judgeTruth(sink, notices, chronicle, truth), ...judgeReal(sink, notices, chronicle, truth)];
  });
}
