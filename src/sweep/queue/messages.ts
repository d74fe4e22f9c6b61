import { clusterIdSchema, nodeNameSchema } from '../../model/name-schemas.ts';
import { starter } from '../../model/starter.ts';
import { isCheckId } from '../../tables/check-rows.ts';
import * as z from '../../zod.ts';

/** The version that this program writes. It also reads the version before; a newer message is requeued for a newer instance. */
export const MESSAGE_VERSION = 1;

const name = nodeNameSchema('expected a Kubernetes node name');
const cluster = clusterIdSchema('expected a cluster id');
const nodes = z.array(name).check(z.minLength(1), z.maxLength(100));
const ownEnvelope = {
  v: z.int(),
  deadline: z.iso.datetime(),
  /** How often it was requeued because Azure, storage or the way there failed. */
  tries: z.optional(z.int().check(z.minimum(1), z.maximum(1000))),
};
const common = { ...ownEnvelope, sweep: z.iso.datetime({ precision: 0 }) };
const slice = { cluster, slice: z.string().check(z.regex(/^[\w.]{1,40}$/)), nodes };

const schema = z.discriminatedUnion('kind', [
  /** Without a starter it is the timer's. */
  z.strictObject({ ...common, kind: z.literal('start-sweep'), starter: z.optional(starter) }),
  z.strictObject({ ...common, kind: z.literal('list-clusters'), subscription: z.guid() }),
  z.strictObject({ ...common, kind: z.literal('expand-cluster'), cluster }),
  z.strictObject({
    ...common,
    ...slice,
    kind: z.literal('start-slice'),
    /** The start slot of this slice, once it has acquired one. */
    slot: z.optional(z.iso.datetime()),
    /** For a confirmation: the nonce of the failure to confirm, by node. */
    confirms: z.optional(z.record(name, z.string().check(z.regex(/^[0-9a-f]{16}$/)))),
  }),
  z.strictObject({ ...common, ...slice, kind: z.literal('collect-slice') }),
  z.strictObject({ ...common, kind: z.literal('assess-cluster'), cluster, assessAt: z.iso.datetime() }),
  z.strictObject({ ...common, kind: z.literal('close-sweep') }),
  /** Looks between two completions of sweeps whether clusters have failed together. */
  z.strictObject({ ...common, kind: z.literal('judge-incidents'), judgeAt: z.iso.datetime() }),
  /** A search in Azure for what cut nodes off; `subject` is `cluster`, `blind`, or the reason of the nodes' outages. */
  z.strictObject({ ...ownEnvelope, kind: z.literal('diagnose'), cluster, subject: z.string().check(z.regex(/^[A-Za-z]{1,60}$/)) }),
  /** An attempt to deliver an event to a webhook. It holds names only: where to is in the settings, what in the tables. */
  z.strictObject({
    ...ownEnvelope,
    kind: z.literal('deliver-webhook'),
    webhook: z.string().check(z.regex(/^[a-z][a-z0-9-]{0,30}$/)),
    day: z.iso.date(),
    event: z.string().check(z.regex(/^[0-9a-f]{32}$/)),
  }),
  z.strictObject({
    ...ownEnvelope,
    kind: z.literal('check'),
    check: z.string().check(z.refine(isCheckId, 'expected the id of a check')),
    /** The start slot of this check, once it has acquired one. */
    slot: z.optional(z.iso.datetime()),
  }),
]);

export type WorkMessage = z.output<typeof schema>;
export type WorkKind = WorkMessage['kind'];
export type MessageOf<K extends WorkKind> = Extract<WorkMessage, { kind: K }>;

/** A message that was read from the queue: work to do, or why there is none. */
export type ReadMessage =
  | { status: 'work'; message: WorkMessage }
  | { status: 'late'; kind: string; deadline: string }
  | { status: 'newer'; version: number };

const DAY_MS = 86_400_000;

const envelope = z.looseObject({ v: z.int(), kind: z.string(), deadline: z.iso.datetime() });

/**
 * Reads and validates a message, which is not trusted.
 *
 * @param raw - the decoded body of the message.
 * @param now - a message whose deadline is before this time is `late`, whatever else it says.
 * @param latest - the latest deadline that is accepted: a message that is requeued until its deadline must not be requeued for ever.
 * @throws Error if the body is not a message of this program; it then goes to the poison queue.
 */
export function readMessage(raw: unknown, now: Date, latest: Date): ReadMessage {
  const outer = envelope.safeParse(raw);
  if (!outer.success) throw new Error(`expected a work message with v, kind and deadline; ${z.prettifyError(outer.error)}`);
  const { v, kind, deadline } = outer.data;
  if (new Date(deadline) < now) return { status: 'late', kind, deadline };
  // A message of a known version may be from before the schedule was made shorter; it is done at once. One of a newer version is requeued.
  const believed = v > MESSAGE_VERSION ? latest : new Date(Math.max(latest.getTime(), now.getTime() + DAY_MS));
  if (new Date(deadline) > believed)
    throw new Error(
      `expected a work message with a deadline until ${believed.toISOString()}, got ${deadline}: no message that was sent until now has a later one`,
    );
  if (v > MESSAGE_VERSION) return { status: 'newer', version: v };
  if (v < MESSAGE_VERSION - 1) throw new Error(`expected a work message of version ${MESSAGE_VERSION - 1} or ${MESSAGE_VERSION}, got ${v}`);
  const parsed = schema.safeParse(raw);
  if (!parsed.success) throw new Error(`expected a ${kind} message of version ${MESSAGE_VERSION}; ${z.prettifyError(parsed.error)}`);
  return { status: 'work', message: parsed.data };
}
