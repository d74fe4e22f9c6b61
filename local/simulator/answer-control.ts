import type { TelemetryStore } from './answer-ingestion.ts';
import type { ArmReply } from './arm-reply.ts';
import { faults } from './faults.ts';
import type { RecordKeeper } from './keep-record.ts';
import type { World } from './lay-out-fleet.ts';
import type { RequestLog } from './log-requests.ts';
import { Problem } from './problem.ts';
import type { WebhookReceiver } from './receive-webhooks.ts';
import type { Rights } from './rights.ts';
import type { FaultBoard } from './switch-faults.ts';

type Surroundings = {
  world: World;
  board: FaultBoard;
  log: RequestLog;
  record: RecordKeeper;
  telemetry: TelemetryStore;
  rights: Rights;
  webhooks: WebhookReceiver;
};

/**
 * Makes the control routes, which switch faults and show what the simulator has received.
 *
 * @returns what answers a request below `/control`; errors are answered as problem details.
 */
export function answerControl(around: Surroundings): (method: string, path: string, body: unknown) => Promise<ArmReply> {
  return async (method, path, body) => {
    try {
      return { status: 200, body: await answer(around, method, path, body) };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return {
        status: error.status,
        headers: { 'content-type': 'application/problem+json' },
        body: { type: 'about:blank', title: error.title, status: error.status, detail: error.message, ...error.more },
      };
    }
  };
}

async function answer(
  { world, board, log, record, telemetry, rights, webhooks }: Surroundings,
  method: string,
  path: string,
  body: unknown,
): Promise<unknown> {
  const target = /^\/control\/faults\/(.+)$/.exec(path)?.[1];
  if (target !== undefined && method === 'PUT') return board.set(decodeURIComponent(target), faultIn(body));
  if (target !== undefined && method === 'DELETE') return board.clear(decodeURIComponent(target));
  switch (`${method} ${path}`) {
    case 'GET /control/faults':
      return { catalogue: Object.entries(faults).map(([id, fault]) => ({ id, ...fault })), active: board.list() };
    case 'GET /control/fleet':
      return world.clusters.map(({ id, spec, fqdn, pools }) => ({
        cluster: id,
        name: spec.name,
        region: spec.location,
        fqdn,
        nodes: pools.flatMap((pool) => pool.nodes).map(({ name, powerState }) => ({ name, powerState })),
      }));
    case 'GET /control/telemetry':
      return telemetry.read();
    case 'DELETE /control/telemetry':
      telemetry.clear();
      return { cleared: true };
    case 'GET /control/requests':
      return log.read();
    case 'GET /control/record':
      return record.read();
    case 'PUT /control/rights':
      rights.lack(lacksIn(body));
      return { lacks: rights.lacking() };
    case 'GET /control/rights':
      return { lacks: rights.lacking() };
    case 'GET /control/webhooks':
      return webhooks.read();
    case 'DELETE /control/webhooks':
      webhooks.clear();
      return { cleared: true };
    case 'PUT /control/webhooks/fault':
      return webhooks.fail(body);
    default:
      throw new Problem(404, 'Unknown route', `Expected a control route, got ${method} ${path}.`, {
        routes: [
          'PUT|DELETE /control/faults/{target}',
          'GET /control/faults',
          'GET /control/fleet',
          'GET|DELETE /control/telemetry',
          'GET /control/requests',
          'GET /control/record',
          'GET|PUT /control/rights',
          'GET|DELETE /control/webhooks',
          'PUT /control/webhooks/fault',
        ],
      });
  }
}

function faultIn(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'fault' in body ? body.fault : undefined;
}

function lacksIn(body: unknown): string[] {
  const lacks = typeof body === 'object' && body !== null && 'lacks' in body ? body.lacks : undefined;
  if (Array.isArray(lacks) && lacks.every((each) => typeof each === 'string')) return lacks;
  throw new Problem(400, 'Unknown rights', `Expected {"lacks": ["Microsoft.Network/routeTables/read", …]}, got ${JSON.stringify(body)}.`);
}
