import { conclusiveOf, coverageOf } from '../model/ledger.ts';
import type { ClusterView } from '../views/clusters.ts';
import type { FleetView } from '../views/fleet.ts';
import { trendOfClusters, trendWord } from './answers.ts';
import { nameOf } from './cluster-words.ts';
import { type Html, html } from './html.ts';
import type { PageState } from './page-state.ts';
import { agoOf, many, percent, since } from './time.ts';
import { failingClusters } from './troubles.ts';

/** With a lower coverage the page is not green, since too few nodes gave a verdict. */
export const GREEN_COVERAGE = 0.9;

/** The worst thing that is known, in one sentence, and what proves it. */
export interface Headline {
  state: PageState;
  title: string;
  lede: Html;
}

/** The nodes that were not asked, in words; empty if all were. */
function notAsked({ nodes }: Pick<FleetView, 'nodes'>): string {
  if (nodes.notProbed === 0) return '';
  return ` ${nodes.notProbed} of ${many(nodes.known, 'node')} ${nodes.notProbed === 1 ? 'was' : 'were'} not asked.`;
}

function failing(fleet: FleetView, clusters: readonly ClusterView[], now: Date, why: string | undefined): Headline | undefined {
  const down = failingClusters(clusters);
  if (down.length === 0) return undefined;
  const cutOff = down.filter(({ clusterOutage }) => clusterOutage !== null);
  const failingNow = down.filter(({ nodes }) => nodes.unreachable > 0);
  // What the title is about; all numbers are of it.
  const subject = cutOff.length > 0 ? cutOff : failingNow;
  const unreachable = subject.reduce((sum, { nodes }) => sum + nodes.unreachable, 0);
  const known = subject.reduce((sum, { nodes }) => sum + nodes.known, 0);
  const trend = trendWord(trendOfClusters(subject));
  const own = new Set(subject);
  const others = down.filter((cluster) => !own.has(cluster));
  const failingToo = others.reduce((sum, { nodes }) => sum + nodes.unreachable, 0);
  // Of clusters that gave no verdict nothing can be said.
  const elsewhere = clusters.filter((cluster) => !own.has(cluster) && cluster.nodes.reachable + cluster.nodes.unreachable > 0).length;
  const elsewhereFails = failingToo > 0 ? `${many(failingToo, 'node')} ${failingToo === 1 ? 'fails' : 'fail'}` : 'No node is seen to fail';
  const rest =
    elsewhere > 0 ? html` ${elsewhereFails} in the ${many(elsewhere, 'other cluster')} that ${elsewhere === 1 ? 'was' : 'were'} seen.` : '';
  const begun = cutOff.map(({ clusterOutage }) => clusterOutage!.start).sort()[0];
  const proof = html`<b>${unreachable} of ${many(known, 'node')}</b>${begun === undefined ? '' : html`, ${since(begun, now)}`}, ${trend}.${rest}`;
  const named = (cluster: ClusterView) => `${nameOf(cluster)}: ${cluster.nodes.unreachable} of ${many(cluster.nodes.known, 'node')}`;
  const lede = html`${proof}${why === undefined ? '' : html` Cause found: ${why}.`}${notAsked(fleet)}`;
  if (cutOff.length === 1) return { state: 'bad', title: `${nameOf(cutOff[0]!)} cannot reach its API server`, lede };
  if (cutOff.length > 0)
    return {
      state: 'bad',
      title: `${cutOff.length} clusters cannot reach their API servers`,
      lede,
    };
  if (unreachable === 0)
    return {
      state: 'bad',
      title: `${many(fleet.openOutages, 'outage')} open, not known to be over`,
      lede: html`No node is seen to fail now.${notAsked(fleet)}`,
    };
  const [first] = failingNow;
  if (failingNow.length === 1) return { state: 'bad', title: `${named(first!)} cannot reach the API server`, lede };
  return { state: 'bad', title: `${unreachable} nodes in ${failingNow.length} clusters cannot reach their API servers`, lede };
}

function unseen(fleet: FleetView, clusters: readonly ClusterView[], now: Date): Headline | undefined {
  const { nodes, gaps, subscriptions } = fleet;
  const blind = clusters.filter(({ blind: own }) => own !== null);
  const odd = (title: string, lede: Html | string): Headline => ({ state: 'odd', title, lede: html`${lede}` });
  if (gaps.length > 0)
    return odd(
      `${gaps.length} of ${subscriptions.known} subscriptions could not be read`,
      'What is in them is not known, and was not probed.',
    );
  const [first] = blind;
  if (blind.length === 1)
    return odd(
      `We cannot see ${nameOf(first!)}`,
      html`${first!.blind!.unknown} of ${many(first!.blind!.planned, 'node')} gave no verdict, ${since(first!.blind!.since, now)}. They may well be fine.`,
    );
  if (blind.length > 1) return odd(`We cannot see ${blind.length} clusters`, 'Their nodes gave no verdict. They may well be fine.');
  const served = clusters.filter(({ nodes: own }) => own.notServed > 0);
  if (served.length > 0)
    return {
      state: 'poor',
      title: notServedWords(nodes.notServed),
      lede: html`In ${served.length === 1 ? nameOf(served[0]!) : many(served.length, 'cluster')}: the API server is reached, and refuses or fails the node's own requests.`,
    };
  if (nodes.unknown > 0)
    return odd(
      `${nodes.unknown} of ${many(nodes.known, 'node')} gave no verdict`,
      html`${nodes.reachable} reach their API server.${notAsked(fleet)}`,
    );
  return undefined;
}

/** In one sentence, how many nodes are not served by the API server that they reach. */
export const notServedWords = (nodes: number): string =>
  nodes === 1 ? '1 node reaches an API server that does not serve it' : `${nodes} nodes reach an API server that does not serve them`;

/** Outages before blindness, then the more severe, then the larger. */
function worstFirst(a: FleetView['incidents'][number], b: FleetView['incidents'][number]): number {
  const isBlind = ({ kind }: typeof a) => Number(kind === 'unseen');
  return isBlind(a) - isBlind(b) || a.severity - b.severity || b.nodes.affected - a.nodes.affected;
}

/** All is well, if that is proven: never without verdicts of nearly all nodes. */
function calm(fleet: FleetView): Headline {
  const { nodes, lastSweep, uptime } = fleet;
  const ledger = lastSweep?.ledger ?? undefined;
  const odd = (title: string, lede: string): Headline => ({ state: 'odd', title, lede: html`${lede}` });
  if (ledger === undefined || ledger.known === (ledger.byReason.Excluded ?? 0))
    return odd('Nothing is watched', 'The prober has no right on any subscription, or no cluster matches its settings.');
  if (fleet.openOutages > 0 || nodes.unreachable > 0) return odd('Something fails', 'The clusters below say what.');
  if (nodes.reachable === 0) return odd('No node was seen', `None of ${many(nodes.known, 'node')} gave a verdict.`);
  const coverage = coverageOf(ledger);
  if (coverage === null || conclusiveOf(ledger) === 0)
    return odd('No node gave a verdict in the last sweep', 'Verdicts of earlier sweeps are shown below.');
  if (coverage < GREEN_COVERAGE)
    return odd(
      `${many(nodes.reachable, 'node')} reach their API server; others gave no verdict`,
      `Coverage ${percent(coverage, 1)}.${notAsked(fleet)}`,
    );
  const share = uptime['24h'];
  const up = share === null ? '' : ` ${percent(share, 2)} up in 24 h.`;
  const said = coverage < 1 ? ` Coverage ${percent(coverage, 1)}.` : '';
  return {
    state: 'good',
    title:
      nodes.reachable === 1
        ? 'The one node that was asked reaches its API server'
        : `All ${nodes.reachable} nodes that were asked reach their API servers`,
    lede: html`No outage is open.${up}${said}${notAsked(fleet)}`,
  };
}

/**
 * What the page of the fleet says first: the worst that is known. Each number is of its own subject. Pure.
 *
 * @param stale - whether sweeps do not complete, so that what is shown is old.
 * @param why - the cause of what is worst, if it was found.
 */
export function fleetHeadline(fleet: FleetView, clusters: readonly ClusterView[], stale: boolean, now: Date, why?: string): Headline {
  const { lastSweep, incidents } = fleet;
  if (lastSweep === null) return { state: 'odd', title: 'No sweep has completed yet', lede: html`Results come in below as nodes answer.` };
  if (stale)
    return {
      state: 'odd',
      title: 'Sweeps do not complete: what is shown is old',
      lede: html`The last one completed ${lastSweep.completedAt ? html`${agoOf(lastSweep.completedAt, now)} ago` : 'at a time that is not known'}. The state of the fleet is not known.`,
    };
  const [incident] = [...incidents].sort(worstFirst);
  if (incident !== undefined) {
    const members = new Set(incident.openClusters);
    const trend =
      incident.kind === 'outage' ? `, ${trendWord(trendOfClusters(clusters.filter(({ cluster }) => members.has(cluster))))}` : '';
    const more = incidents.length > 1 ? html` And ${many(incidents.length - 1, 'more incident')}.` : '';
    const lede = html`<b>${incident.nodes.affected} of ${many(incident.nodes.planned, 'node')}</b>, ${since(incident.start, now)}${trend}. ${incident.why}${more}`;
    return { state: incident.kind === 'unseen' ? 'odd' : 'bad', title: incident.message, lede };
  }
  return failing(fleet, clusters, now, why) ?? unseen(fleet, clusters, now) ?? calm(fleet);
}
