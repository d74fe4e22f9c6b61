import { createHmac, randomBytes } from 'node:crypto';
import { type ArmReply, armError, ok } from './arm-reply.ts';
import type { SimulatorClock } from './clock.ts';
import { guidOf } from './guid-of.ts';
import type { SimulatedNode } from './lay-out-fleet.ts';

/** How an operation ended: with its result, if it has one, or with an error; `forgotten` is one that Azure no longer knows. */
export type Outcome = { succeeded: true; value?: object[] } | { succeeded: false; code: string; message: string } | 'forgotten';

/** An asynchronous operation on a node. */
export type Operation = { id: string; node: SimulatedNode; startedAt: Date; endedAt?: Date; outcome?: Exclude<Outcome, 'forgotten'> };

/** The operations started and their signed URLs. */
export type OperationBook = {
  begin(node: SimulatedNode): Operation;
  end(operation: Operation, outcome: Outcome): void;
  /** The answer to the POST that began it: two URLs of about 3.5 KB each, and no `Retry-After`. */
  accepted(operation: Operation, apiVersion: string): ArmReply;
  /** Answers a poll of either URL. */
  poll(id: string, url: URL): ArmReply;
};

const keptMs = 2 * 3600 * 1000;

/**
 * Makes the store of operations.
 *
 * @param origin - gives the start of the URLs handed out.
 */
export function keepOperations(origin: () => string, { now }: SimulatorClock): OperationBook {
  const operations = new Map<string, Operation>();
  const secret = randomBytes(32);
  // The real URL carries a certificate chain here.
  const chain = `MII${randomBytes(2160).toString('base64url')}`;
  const sign = (text: string) => createHmac('sha256', secret).update(text).digest('base64url');

  const urlOf = (operation: Operation, apiVersion: string, monitor: boolean): string => {
    const { subscriptionId, spec } = operation.node.cluster;
    const url = new URL(
      `/subscriptions/${subscriptionId}/providers/Microsoft.Compute/locations/${spec.location}/operations/${operation.id}`,
      origin(),
    );
    const query: Record<string, string> = {
      p: guidOf(subscriptionId),
      ...(monitor ? { monitor: 'true' } : {}),
      'api-version': apiVersion,
      t: String(operation.startedAt.getTime() * 10_000 + 621_355_968_000_000_000),
      c: chain,
      s: sign(`${operation.id} ${monitor}`).repeat(8),
      h: sign(operation.id),
    };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url.href;
  };

  return {
    begin(node) {
      const operation: Operation = { id: crypto.randomUUID(), node, startedAt: now() };
      operations.set(operation.id, operation);
      for (const old of operations.values()) {
        if (old.endedAt === undefined) continue;
        if (now().getTime() - old.endedAt.getTime() < keptMs) break;
        operations.delete(old.id);
      }
      return operation;
    },
    end(operation, outcome) {
      if (outcome === 'forgotten') return void operations.delete(operation.id);
      operation.outcome = outcome;
      operation.endedAt = now();
    },
    accepted: (operation, apiVersion) => ({
      status: 202,
      headers: {
        'azure-asyncoperation': urlOf(operation, apiVersion, false),
        location: urlOf(operation, apiVersion, true),
      },
    }),
    poll(id, url) {
      const operation = operations.get(id.toLowerCase());
      if (operation === undefined) return armError(404, 'NotFound', `The operation ${id} cannot be found.`);
      const monitor = url.searchParams.get('monitor') === 'true';
      if (url.href !== urlOf(operation, url.searchParams.get('api-version') ?? '', monitor))
        return armError(403, 'AuthorizationFailed', 'The signature of the operation URL does not match: expected it unchanged.');
      return monitor ? resultOf(operation, url) : statusOf(operation);
    },
  };
}

function statusOf({ id, startedAt, endedAt, outcome }: Operation): ArmReply {
  const startTime = startedAt.toISOString();
  if (outcome === undefined) return ok({ startTime, status: 'InProgress', name: id });
  const times = { startTime, endTime: endedAt?.toISOString() };
  const output = outcome.succeeded && outcome.value !== undefined ? { properties: { output: { value: outcome.value } } } : {};
  if (outcome.succeeded) return ok({ ...times, status: 'Succeeded', ...output, name: id });
  return ok({ ...times, status: 'Failed', error: { code: outcome.code, message: outcome.message }, name: id });
}

function resultOf({ outcome }: Operation, url: URL): ArmReply {
  if (outcome === undefined) return { status: 202, headers: { location: url.href } };
  if (outcome.succeeded && outcome.value === undefined) return { status: 204 };
  return outcome.succeeded ? ok({ value: outcome.value }) : armError(409, outcome.code, outcome.message);
}
