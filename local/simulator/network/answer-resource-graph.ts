import { z } from 'zod';
import { type ArmReply, armError, ok } from '../arm-reply.ts';
import { type Query, readQuery } from '../query/read-query.ts';
import { runQuery } from '../query/run-query.ts';
import type { Rights } from '../rights.ts';
import type { Network } from './keep-network.ts';
import type { Resource } from './resource.ts';

const request = z.object({
  /** All that the caller may read, unless it names some. */
  subscriptions: z.array(z.string()).min(1).optional(),
  query: z.string(),
  options: z.looseObject({ resultFormat: z.literal('objectArray').default('objectArray') }).default({ resultFormat: 'objectArray' }),
});
/** What network managers apply: which configurations a VNet has, and their rules. */
const ofManagers = /\/effectiveSecurityAdminRules$|\/networkManagers\/.*\/snapshots$/;
const mostRows = 1000;

/** A row of one of the tables. */
type Row = { subscriptionId: string } & Record<string, unknown>;

/**
 * Answers a query to Resource Graph over the tables that the prober asks; whatever it does not understand is refused with 400.
 *
 * @param readable - subscriptions that the caller may read.
 */
export function answerResourceGraph(network: Network, rights: Rights, body: unknown, readable: ReadonlySet<string>): ArmReply {
  const asked = request.safeParse(body);
  if (!asked.success) return refuse('InvalidRequest', z.prettifyError(asked.error));
  const subscriptions = new Set((asked.data.subscriptions ?? [...readable]).map((id) => id.toLowerCase()));
  let query: Query;
  try {
    query = readQuery(asked.data.query);
  } catch (error) {
    return refuse('ParserFailure', error instanceof Error ? error.message : String(error));
  }
  const table = tablesOf(network, rights)[query.table];
  if (table === undefined) return refuse('InvalidQuery', `The table '${query.table}' is not one that the simulator has.`);
  const rows = table().filter(({ subscriptionId }) => subscriptions.has(subscriptionId) && readable.has(subscriptionId));
  const found = runQuery(query, rows);
  const data = found.slice(0, mostRows);
  const reply = ok({ totalRecords: found.length, count: data.length, data, facets: [], resultTruncated: 'false' });
  return { ...reply, headers: { 'x-ms-user-quota-remaining': '14', 'x-ms-user-quota-resets-after': '00:00:05' } };
}

function tablesOf({ log, inventory, resources }: Network, rights: Rights): Readonly<Record<string, () => Row[]>> {
  // Graph leaves out what the caller may not read.
  const mayRead = ({ type }: Resource) => rights.has(`${type}/read`);
  return {
    resourcechanges: () => log.changes(),
    resources: () => [...inventory().values()].filter((each) => /^Microsoft\.Network\/[^/]+$/.test(each.type) && mayRead(each)).map(rowOf),
    networkresources: () => [...resources().values()].filter(({ type }) => ofManagers.test(type)).map(rowOf),
  };
}

function rowOf({ id, name, type, location = '', properties }: Resource): Row {
  const [, , subscriptionId = '', , resourceGroup = ''] = id.split('/');
  return {
    id,
    name,
    type: type.toLowerCase(),
    location,
    subscriptionId,
    resourceGroup,
    properties,
  };
}

function refuse(code: string, message: string): ArmReply {
  return armError(400, 'BadRequest', 'Please provide below info when asking for support: timestamp, correlationId.', {
    details: [
      {
        code: 'InvalidQuery',
        message:
          'Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying.',
      },
      { code, message },
    ],
  });
}
