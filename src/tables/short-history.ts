import { episode, type NodeHistory, type NodeState, type ProbeResult, servedState } from '../model/node-state.ts';
import { reasonCode } from '../model/reasons.ts';
import type { Watch } from '../model/watch.ts';
import * as z from '../zod.ts';
import { toWatchJson, watchJson } from './watch-json.ts';

// A history is the largest part of a node's row: it is stored as what differs from the state, which the same row holds.

/** A time in milliseconds since 1970, which is half as long as its text; a text that no time is written as stays as it is. */
const time = z.pipe(
  z.union([z.string(), z.number()]),
  z.transform((stored) => (typeof stored === 'string' ? stored : new Date(stored).toISOString())),
);

function toShortTime(text: string): string | number {
  const ms = Date.parse(text);
  return Number.isNaN(ms) || new Date(ms).toISOString() !== text ? text : ms;
}

/** When, its nonce, and what it said: without a third part that the node was reached and served. */
const shortResult = z.tuple([time, z.string(), z.optional(z.string())]);
const LATEST = 0;
const verdicts = ['reachable', 'unreachable', 'unknown'] as const;
const WELL = 'reachable/Reachable/true';

const wordsOf = ({ verdict, reason, served }: ProbeResult) =>
  [verdict, reason, ...(served === undefined ? [] : [served.ok || served.reason])].join('/');

const isLatest = (result: ProbeResult, { latest }: NodeState) =>
  latest !== undefined && latest.nonce === result.nonce && latest.at === result.at && wordsOf(latest) === wordsOf(result);

function toShortResult(result: ProbeResult, state: NodeState) {
  if (isLatest(result, state)) return LATEST;
  const words = wordsOf(result);
  return [toShortTime(result.at), result.nonce, ...(words === WELL ? [] : [words])];
}

function fromShortResult(short: typeof LATEST | z.output<typeof shortResult>, { latest }: NodeState): ProbeResult | undefined {
  if (short === LATEST) return latest;
  const [at, nonce, said = WELL] = short;
  const [first, code, own] = said.split('/');
  const verdict = verdicts.find((each) => each === first) ?? 'unknown';
  const served =
    own === undefined
      ? {}
      : { served: own === 'true' ? { ok: true as const } : { ok: false as const, reason: reasonCode.parse(own), message: '' } };
  // Of the latest result the row has the details.
  const known = nonce === latest?.nonce ? latest : { message: '', run: '', sweep: '' };
  return { ...known, at, nonce, verdict, reason: reasonCode.parse(code), ...served };
}

const result = z.union([z.literal(LATEST), shortResult]);
const counted = z.optional(z.number());
const at = z.nullish(time);
/** Usually only two series and since when, which is the time of `latest` where it is 0. */
const shortWatch = z.pipe(
  z.union([
    z.pipe(
      z.tuple([z.unknown(), z.unknown(), z.union([z.literal(0), time])]),
      z.transform(([h, d, since]) => ({ h, d, since: since === 0 ? '' : since })),
    ),
    z.looseObject({ since: z.optional(time) }),
  ]),
  watchJson,
);
/** What of a settled state differs from the state: a field that is absent is the same there, and one that is null has no value. */
const settled = z.object({
  latest: z.nullish(result),
  failures: counted,
  successes: counted,
  unknowns: counted,
  since: at,
  /** 0 where it is that of `latest`. */
  conclusiveAt: z.nullish(z.union([z.literal(0), time])),
  firstFailure: at,
  firstSuccess: at,
  /** A number where only the times differ. */
  served: z.nullish(z.union([z.number(), servedState])),
  outage: z.nullish(episode),
  watch: z.nullish(shortWatch),
  strip: z.nullish(z.string()),
});
/** The fields in a row: one letter each, since their names would be a fifth of a history. */
const letters = {
  latest: 'l',
  failures: 'f',
  successes: 's',
  unknowns: 'u',
  since: 'a',
  conclusiveAt: 'c',
  firstFailure: 'x',
  firstSuccess: 'o',
  served: 'd',
  outage: 'e',
  watch: 'w',
  strip: 'p',
} as const satisfies Record<keyof NodeState, string>;
const fields = Object.keys(letters) as (keyof NodeState)[];
const byLetter = z.pipe(
  z.record(z.string(), z.unknown()),
  z.transform((stored) => Object.fromEntries(fields.flatMap((name) => (letters[name] in stored ? [[name, stored[letters[name]]]] : [])))),
);

/** The stored form of a history. */
export const shortHistory = z.object({ s: z.pipe(byLetter, settled), r: z.array(result) });

const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function toShortWatch(watch: Watch, latest: ProbeResult | undefined) {
  const { h, d, since, ...more } = toWatchJson(watch);
  const from = since && (since === latest?.at ? 0 : toShortTime(since));
  return from === undefined || watch.undecided.length > 0 || watch.stoppedAt !== undefined
    ? { h, d, since: from || since, ...more }
    : [h, d, from];
}

function toShortServed(own: NodeState['served'], { served }: NodeState) {
  if (own === undefined) return null;
  if (own.ok) return served?.ok && served.since === own.since ? own.times : own;
  return { ...own, message: '' };
}

/** Shortens a history, to be stored beside the state that follows from it. Pure. */
export function toShortHistory({ settled: own, recent }: NodeHistory, state: NodeState): z.input<typeof shortHistory> {
  const shorten: { [K in keyof NodeState]-?: (value: NonNullable<NodeState[K]>) => unknown } = {
    latest: (value) => toShortResult(value, state),
    failures: (value) => value,
    successes: (value) => value,
    unknowns: (value) => value,
    since: toShortTime,
    conclusiveAt: (value) => (value === own.latest?.at ? 0 : toShortTime(value)),
    firstFailure: toShortTime,
    firstSuccess: toShortTime,
    served: (value) => toShortServed(value, state),
    outage: (value) => value,
    watch: (value) => toShortWatch(value, own.latest),
    strip: (value) => value,
  };
  const differing = fields.filter((name) => !isSame(own[name], state[name]));
  const entries = differing.map((name) => [letters[name], own[name] === undefined ? null : shorten[name](own[name] as never)] as const);
  return { s: Object.fromEntries(entries), r: recent.map((each) => toShortResult(each, state)) } as z.input<typeof shortHistory>;
}

/** Restores a history from its short form and the state of the same row. Pure. */
export function fromShortHistory({ s, r }: z.output<typeof shortHistory>, state: NodeState): NodeHistory {
  const differing = Object.entries(s).map(([name, value]) => [name, value ?? undefined] as const);
  const own = { ...state, ...Object.fromEntries(differing) } as NodeState;
  const latest = s.latest === undefined ? state.latest : s.latest === null ? undefined : fromShortResult(s.latest, state);
  const conclusiveAt = s.conclusiveAt === 0 ? latest?.at : own.conclusiveAt;
  const served = typeof s.served === 'number' ? state.served && { ...state.served, times: s.served } : own.served;
  const watch = own.watch?.since === '' ? { ...own.watch, since: latest?.at } : own.watch;
  return { settled: { ...own, latest, conclusiveAt, served, watch }, recent: r.flatMap((each) => fromShortResult(each, state) ?? []) };
}
