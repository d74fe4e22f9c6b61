import type { Place } from '../history/places.ts';
import { conclusiveOf, coverageOf, type Ledger } from '../model/ledger.ts';
import type { ClusterView } from '../views/clusters.ts';
import type { OutageView } from '../views/outages.ts';
import { causeOf, trendOfClusters, trendWord } from './answers.ts';
import { meaningOf, nameOf } from './cluster-words.ts';
import { GREEN_COVERAGE, type Headline, notServedWords } from './fleet-head.ts';
import { type Html, html } from './html.ts';
import { allOf } from './node-map.ts';
import { agoOf, many, percent, since } from './time.ts';

const odd = (title: string, lede: Html | string): Headline => ({ state: 'odd', title, lede: html`${lede}` });

/** Why it fails, in half a sentence, if that was found. */
function cause(outages: readonly OutageView[]): Html | string {
  const found = causeOf(outages);
  return found === undefined ? '' : html` Cause found: ${found}.`;
}

function failing(cluster: ClusterView, places: readonly Place[], outages: readonly OutageView[], now: Date): Headline | undefined {
  const { nodes, openOutages, clusterOutage } = cluster;
  const { unreachable, known } = nodes;
  const begun = clusterOutage?.start ?? outages.map(({ start }) => start).sort()[0];
  const when = begun === undefined ? '' : html`, ${since(begun, now)}`;
  const trend = trendWord(trendOfClusters([cluster]));
  const where = allOf(places);
  const elsewhere = where === undefined ? '' : ' No node is seen to fail elsewhere.';
  const apart = nodes.notProbed > 0 ? `; ${nodes.notProbed} not probed` : '';
  const lede = html`<b>${unreachable} of ${many(known, 'node')}</b>${when}, ${trend}${apart}.${elsewhere}${cause(outages)}`;
  if (unreachable > 0 && where !== undefined)
    return {
      state: 'bad',
      title: `${cluster.name}: all ${where.isWhole ? 'of' : 'probed nodes of'} ${where.what} ${where.what === 'zone' ? where.value.replace(/^.*-(?=\d+$)/, '') : where.value} cannot reach the API server`,
      lede,
    };
  if (clusterOutage !== null) return { state: 'bad', title: `${cluster.name} cannot reach its API server`, lede };
  if (unreachable > 0)
    return { state: 'bad', title: `${cluster.name}: ${unreachable} of ${many(known, 'node')} cannot reach the API server`, lede };
  if (openOutages > 0)
    return {
      state: 'bad',
      title: `${cluster.name}: ${many(openOutages, 'outage')} not known to be over`,
      lede: html`No node is seen to fail now${when}.${cause(outages)}`,
    };
  return undefined;
}

/** What the page of a cluster says first: the worst that is known of its own nodes. Pure. */
export function clusterHeadline(
  cluster: ClusterView,
  {
    places,
    outages,
    ledger,
    stale,
  }: { places: readonly Place[]; outages: readonly OutageView[]; ledger: Ledger | undefined; stale: boolean },
  now: Date,
): Headline {
  const { nodes, blind, recordOnly, assessedAt, name, degraded } = cluster;
  if (stale)
    return odd(
      `${name}: what is shown is old`,
      `It was judged ${assessedAt === null ? 'at no time' : `${agoOf(assessedAt, now)} ago`}; its state is not known.`,
    );
  const bad = failing(cluster, places, outages, now);
  if (blind !== null) {
    const open = bad === undefined ? '' : html` Before that: ${bad.title}.`;
    return odd(
      `${name}: we cannot see it`,
      html`${blind.unknown} of ${many(blind.planned, 'node')} gave no verdict, ${since(blind.since, now)}. They may well be fine. ${meaningOf(blind.reason)}${open}`,
    );
  }
  if (bad !== undefined) return bad;
  if (recordOnly !== null) return odd(`${name}: not probed`, `${meaningOf(recordOnly)} ${many(nodes.known, 'node')} known.`);
  if (nodes.reachable === 0) return odd(`${name}: no node was seen`, `None of ${many(nodes.known, 'node')} gave a verdict.`);
  if (nodes.notServed > 0)
    return {
      state: 'poor',
      title: `${name}: ${notServedWords(nodes.notServed)}`,
      lede: html`${degraded === null ? '' : html`Degraded ${since(degraded.since, now)}: ${degraded.notServed} of the ${degraded.asked} nodes that asked. `}The API server is reached, and refuses or fails the node's own requests.`,
    };
  if (nodes.unknown > 0)
    return odd(`${name}: ${nodes.unknown} of ${many(nodes.known, 'node')} gave no verdict`, `${nodes.reachable} reach the API server.`);
  if (ledger === undefined)
    return odd(
      `${name}: ${many(nodes.reachable, 'node')} ${nodes.reachable === 1 ? 'reaches' : 'reach'} the API server`,
      'No sweep that asked all of its nodes is complete yet.',
    );
  const coverage = coverageOf(ledger);
  if (coverage === null || conclusiveOf(ledger) === 0)
    return odd(`${name}: no node gave a verdict in the last sweep`, 'Earlier verdicts are shown below.');
  if (coverage < GREEN_COVERAGE)
    return odd(
      `${name}: ${many(nodes.reachable, 'node')} reach the API server; others gave no verdict`,
      `Coverage ${percent(coverage, 1)}.`,
    );
  const off = nodes.notProbed > 0 ? ` ${nodes.notProbed} of ${nodes.known} were not asked.` : '';
  const title =
    nodes.reachable === 1
      ? `${name}: the node that was asked reaches the API server`
      : `${name}: all ${nodes.reachable} nodes that were asked reach the API server`;
  return { state: 'good', title, lede: html`No outage is open.${off}` };
}

/** The name of a cluster with its group, for a title that stands alone. */
export const clusterTitle = (cluster: ClusterView, { title }: Headline): string => title.replace(cluster.name, nameOf(cluster));
