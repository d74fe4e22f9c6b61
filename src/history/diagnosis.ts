import type { Change, Finding } from '../model/finding.ts';
import type { Outage } from './outage.ts';

/** The search in Azure for what caused one outage or blindness, or the outages of a cluster's nodes that have one reason. */
export interface Diagnosis {
  /** `cluster` for its own outage, `blind`, or the reason of the outages of its nodes. */
  subject: string;
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
}

/** A search is due when an outage is new, twice later since change logs are late, and once after its end. */
export type DueSearch = 'first' | 'again' | 'last';

const MINUTE_MS = 60_000;
/** When the searches of an outage are due, from the first on: the change logs of Azure are up to 20 minutes late. */
const ROUNDS_AT_MS = [0, 5 * MINUTE_MS, 20 * MINUTE_MS];
/** A subject is not searched again within this time. */
const APART_MS = 5 * MINUTE_MS;
/** A search takes at most a minute; one that is not completed by now belongs to a process that died. */
const LOST_AFTER_MS = 3 * MINUTE_MS;

/**
 * Decides whether a search is due, or when the next one will be. Pure.
 *
 * @param diagnosis - as stored; undefined before the first search.
 * @param isOpen - whether what it is for still lasts.
 * @returns undefined where none is, and none will be while nothing changes.
 */
export function dueSearch(diagnosis: Diagnosis | undefined, isOpen: boolean, now: Date): DueSearch | Date | undefined {
  if (diagnosis === undefined) return isOpen ? 'first' : undefined;
  const { first, at, rounds, running, ended } = diagnosis;
  const ago = now.getTime() - Date.parse(at);
  if (running && ago < LOST_AFTER_MS) return new Date(Date.parse(at) + LOST_AFTER_MS);
  if (!isOpen) return ended === undefined ? 'last' : undefined;
  const isNew = ended !== undefined || rounds === 0;
  const dueAt = isNew ? Date.parse(at) + (rounds === 0 ? 0 : APART_MS) : Date.parse(first) + (ROUNDS_AT_MS[rounds] ?? Number.NaN);
  if (Number.isNaN(dueAt)) return undefined;
  if (dueAt > now.getTime()) return new Date(dueAt);
  return isNew ? 'first' : 'again';
}

/** A diagnosis whose next search begins. What an earlier one found stays until then. */
export function beginSearch(before: Diagnosis | undefined, subject: string, due: DueSearch, now: Date): Diagnosis {
  const at = now.toISOString();
  const nothing = { findings: [], changes: [], missing: [] };
  if (before === undefined || due === 'first')
    return { ...(before ?? nothing), subject, first: at, at, rounds: 0, running: true, ended: undefined };
  return { ...before, at, running: true };
}

/** What a diagnosis is after its search. */
export function endSearch(
  { rounds, ...begun }: Diagnosis,
  due: DueSearch,
  result: Pick<Diagnosis, 'findings' | 'changes' | 'missing' | 'probe'>,
): Diagnosis {
  const over = due === 'last' ? { ended: begun.at } : {};
  return { ...begun, ...result, ...over, rounds: due === 'last' ? rounds : rounds + 1, running: false };
}

/** Whether a search could look at nothing, for want of rights that are optional: there is nothing to note in an outage. */
export function couldNotLook({ findings, changes, missing }: Diagnosis): boolean {
  return findings.length === 0 && changes.length === 0 && missing.length > 0;
}

/** Whether an outage lasts and is one of a subject's. */
export function isOf({ node, reason, end }: Outage, subject: string): boolean {
  return end === undefined && (node === undefined ? subject === 'cluster' : subject === reason);
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
