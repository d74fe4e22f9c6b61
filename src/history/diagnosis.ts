import type { Change, Finding, FindingCode } from '../model/finding.ts';
import type { Outage } from './outage.ts';

/** The search in Azure for what caused one outage or blindness, or the outages of a cluster's nodes that have one reason. */
export interface Diagnosis {
  /** `cluster` for its own outage, `blind`, or the reason of the outages of its nodes. */
  subject: string;
  /** The start of the newest outage that the first search knew of. */
  since: string;
  /** When the first search began, and the latest. */
  first: string;
  at: string;
  /** Searches that were completed while it lasted. */
  rounds: number;
  /** Whether the latest search has begun and is not completed. */
  running: boolean;
  /** When the settings were read once more after the end. */
  ended?: string;
  findings: readonly Finding[];
  changes: readonly Change[];
  /** Rights that were missing. */
  missing: readonly string[];
  /** The probe of a failing node that it rests on. */
  probe?: { node: string; at: string; nonce: string };
  /** Where the packets of the nodes go first: the address that a route sends them to, and DNS servers that are not Azure's; as the latest search read it. */
  path?: { nextHops: readonly string[]; dnsServers: readonly string[] };
  /** The first finding that a search had, by which alerts are told apart: one that gets surer must not become another alert. */
  headline?: FindingCode;
}

/** A search is due when an outage is new, twice later since change logs are late, and once after its end. */
export type DueSearch = 'first' | 'again' | 'last';

const MINUTE_MS = 60_000;
/** When the searches of an outage are due, from the first on: the change logs of Azure are up to 20 minutes late. */
const ROUNDS_AT_MS = [0, 5 * MINUTE_MS, 20 * MINUTE_MS];
/** A subject is not searched again within this time, whatever came of the search. */
const APART_MS = 5 * MINUTE_MS;
/** A search takes at most a minute; one that is not completed by now belongs to a process that died. */
const LOST_AFTER_MS = 3 * MINUTE_MS;
/** Outages of nodes that began within this time are looked at together. */
const TOGETHER_MS = 5 * MINUTE_MS;

/** When the newest episode of an outage began. */
export const startOf = ({ episodes, start }: Pick<Outage, 'episodes' | 'start'>): string => episodes.at(-1)?.start ?? start;

/** When the searches of a diagnosis are next due; undefined where they have been made. */
function nextAt({ since, first, at, rounds, running, ended }: Diagnosis, open: string | undefined): number | undefined {
  if (running) return Date.parse(at) + LOST_AFTER_MS;
  const apart = Date.parse(at) + APART_MS;
  // An outage is searched for once it is over, and at once where its last search succeeded.
  if (open === undefined) return ended === undefined ? Date.parse(at) + (rounds > 0 ? 0 : APART_MS) : undefined;
  if (ended !== undefined || rounds === 0 || Date.parse(open) > Date.parse(since) + TOGETHER_MS) return apart;
  const round = ROUNDS_AT_MS[rounds];
  return round === undefined ? undefined : Math.max(apart, Date.parse(first) + round);
}

/**
 * Decides whether a search is due, or when the next one will be. Pure.
 *
 * @param diagnosis - as stored; undefined before the first search.
 * @param open - when the newest of what lasts began; undefined where it is over.
 * @returns undefined where none is, and none will be while nothing changes.
 */
export function dueSearch(diagnosis: Diagnosis | undefined, open: string | undefined, now: Date): DueSearch | Date | undefined {
  if (diagnosis === undefined) return open === undefined ? undefined : 'first';
  const next = nextAt(diagnosis, open);
  if (next === undefined) return undefined;
  if (next > now.getTime()) return new Date(next);
  if (open === undefined) return 'last';
  const isNew = diagnosis.ended !== undefined || diagnosis.rounds === 0 || Date.parse(open) > Date.parse(diagnosis.since) + TOGETHER_MS;
  return isNew ? 'first' : 'again';
}

/** A diagnosis whose next search begins. A first one begins empty: what another outage had is not this one's. */
export function beginSearch(before: Diagnosis | undefined, subject: string, since: string, due: DueSearch, now: Date): Diagnosis {
  const at = now.toISOString();
  if (before !== undefined && due !== 'first') return { ...before, at, running: true };
  return { subject, since, first: at, at, rounds: 0, running: true, findings: [], changes: [], missing: [] };
}

/** What a diagnosis is after its search. */
export function endSearch(
  { rounds, ...begun }: Diagnosis,
  due: DueSearch,
  result: Pick<Diagnosis, 'findings' | 'changes' | 'missing' | 'probe' | 'path'>,
): Diagnosis {
  const over = due === 'last' ? { ended: begun.at } : {};
  const headline = begun.headline ?? result.findings.find(({ kind }) => kind !== 'couldNotLook')?.code;
  return { ...begun, ...result, ...over, headline, rounds: due === 'last' ? rounds : rounds + 1, running: false };
}

/** Whether a search could look at nothing, for want of rights that are optional: there is nothing to note in an outage. */
export function couldNotLook({ findings, changes, missing }: Diagnosis): boolean {
  return findings.length === 0 && changes.length === 0 && missing.length > 0;
}

/** Whether an outage lasts and is one of a subject's. */
export function isOf({ node, reason, end }: Outage, subject: string): boolean {
  return end === undefined && (node === undefined ? subject === 'cluster' : subject === reason);
}

/** When the newest of a subject's outages began; undefined where none lasts. */
export function newestStart(outages: readonly Outage[], subject: string): string | undefined {
  const open = outages.filter((outage) => isOf(outage, subject));
  return open.map(startOf).sort().at(-1);
}

/** Whether a search that began then is about an outage: one that began after it was not known to it, one of long before had its own. */
export function isSearchedFor(outage: Outage, { since, at }: Pick<Diagnosis, 'since' | 'at'>): boolean {
  const start = startOf(outage);
  return start <= at && Math.abs(Date.parse(start) - Date.parse(since)) <= TOGETHER_MS;
}

/** The subjects for which searches are due at some time, by the outages of a cluster. While the cluster itself has one, it stands for its nodes. */
export function subjectsOf(outages: readonly Outage[]): string[] {
  const open = outages.filter(({ end }) => end === undefined);
  if (open.some(({ node }) => node === undefined)) return ['cluster'];
  return [...new Set(open.map(({ reason }) => reason))];
}

/**
 * Marks causes that the end of an outage has disproved: the setting still blocks, and the nodes reach their API server all the same.
 *
 * @param stillBlocks - whether a cause holds by the settings as they were read after the end.
 */
export function revokeCauses(findings: readonly Finding[], stillBlocks: (finding: Finding) => boolean, now: Date): Finding[] {
  return findings.map((each) =>
    each.kind === 'cause' && each.revoked === undefined && stillBlocks(each) ? { ...each, revoked: now.toISOString() } : each,
  );
}
