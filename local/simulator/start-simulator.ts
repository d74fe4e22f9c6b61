import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answerArm } from './answer-arm.ts';
import type { PageSizes } from './answer-compute.ts';
import { answerControl } from './answer-control.ts';
import { answerIdentity } from './answer-identity.ts';
import { isIngestion, keepTelemetry } from './answer-ingestion.ts';
import { type ArmReply, armError, ok } from './arm-reply.ts';
import { createCertificateAuthority } from './certificate-authority.ts';
import { realClock, type SimulatorClock } from './clock.ts';
import { conductScripts } from './conduct-scripts.ts';
import { countQuota } from './count-quota.ts';
import { type FaultId, faultIdsNeedingNamespaces } from './faults.ts';
import type { Fleet } from './fleet-schema.ts';
import { guidOf } from './guid-of.ts';
import { createTokenDesk, isSameAudience, type TokenDesk } from './issue-tokens.ts';
import { keepOperations } from './keep-operations.ts';
import { keepRecord } from './keep-record.ts';
import { layOutFleet, type SimulatedNode } from './lay-out-fleet.ts';
import { logRequests } from './log-requests.ts';
import { keepNetwork } from './network/keep-network.ts';
import { isWebhook, receiveWebhooks } from './receive-webhooks.ts';
import { keepRights, type Role } from './rights.ts';
import { runCommands } from './run-commands.ts';
import { type AzureRequest, serveAzure } from './serve-azure.ts';
import { switchFaults } from './switch-faults.ts';
import { findNamespaceHindrance } from './try-namespaces.ts';

/** How the simulated Azure behaves. */
export type SimulatorOptions = {
  fleet: Fleet;
  /** A folder of its own, for certificates and nodes. */
  dir: string;
  /** How long a run takes at least; Azure takes about 20. */
  runCommandSeconds: number;
  /** The real kubectl that nodes run. */
  kubectl: string;
  /** 0, the default, takes a free one. */
  port?: number;
  /** For benches: no process runs, `answer` returns at once what the script would have printed. */
  instantNodes?: boolean;
  /**
   * What a node prints: with `instantNodes`, and on Windows, which this machine cannot run; by default stand-in-for-windows.ts answers there. `fault` is
   * that of its way to the API server.
   */
  answer?: (node: SimulatedNode, scriptText: string, fault: FaultId | undefined) => string;
  /** When a dead agent's run fails; by default 50 times `runCommandSeconds`, Azure's proportion. */
  agentDeadSeconds?: number;
  /** How many seconds a throttled caller is asked to wait, 30 by default. */
  retryAfterSeconds?: number;
  /** `false` keeps nodes out of namespaces of their own, though the machine may allow them. */
  namespaces?: boolean;
  /** Whether an empty token bucket refuses calls with 429; by default it is only reported in a header. */
  enforceQuota?: boolean;
  /** How many updates others have taken from a region's bucket when the simulator starts. */
  updatesTakenByOthers?: Readonly<Record<string, number>>;
  pageSizes?: Partial<PageSizes>;
  /** After how many seconds a change shows in the activity log and in Resource Graph, 5 by default; Azure takes minutes. */
  changeLagSeconds?: number;
  /** How far Resource Graph's list of resources is behind, 600 by default. */
  inventoryLagSeconds?: number;
  /** The roles that the prober was given: what none of them grants is refused. Without them it may do everything that there is. */
  roles?: readonly Role[];
  /** Actions that the prober lacks from the start, such as `Microsoft.Network/routeTables/read`. */
  lacks?: readonly string[];
  /** The clock by which runs take their time, that of the machine by default. */
  clock?: SimulatorClock;
  /** Stands in the way of each request: it may answer itself, or change what the simulator answers. */
  intercept?: (request: AzureRequest, answer: () => Promise<ArmReply>) => ArmReply | Promise<ArmReply>;
};

/** A running simulator. */
export type Simulator = {
  url: string;
  caFile: string;
  identityHeader: string;
  /** The settings that make the app use this simulator. */
  env: Record<string, string>;
  /** How nodes are isolated: in namespaces of their own, or by lines substituted in the script. */
  nodeMode: 'namespaces' | 'substitution';
  /** The faults that this machine cannot provoke, each with the reason. */
  unavailableFaults: ReadonlyMap<FaultId, string>;
  /** Takes actions away from the prober, in place of those that were taken away before: what needs them is answered 403. */
  lacks(actions: readonly string[]): void;
  /** Stops all listeners and scripts. */
  stop(): Promise<void>;
};

const defaultPageSizes: PageSizes = { subscriptions: 2, clusters: 2, scaleSets: 20, instances: 20, events: 20 };

/**
 * Starts Azure on this machine: Resource Manager, managed identity, telemetry ingestion, control routes, and nodes that run scripts.
 *
 * @throws when the port is taken or the folder cannot be written.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { fleet, dir, runCommandSeconds, clock = realClock } = options;
  const caFile = join(dir, 'ca.pem');
  const authority = await createCertificateAuthority('aks-fleet-prober simulator');
  await mkdir(dir, { recursive: true });
  await writeFile(caFile, `${authority.certificate}\n`);
  const pair = await authority.issue('server', { commonName: 'simulator', dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] });

  const world = layOutFleet(fleet, clock.now());
  const hindrance =
    options.namespaces === false
      ? 'namespaces are switched off.'
      : options.instantNodes
        ? 'no script runs on instant nodes.'
        : await findNamespaceHindrance(dir, world.clusters[0]);
  const unavailableFaults = new Map(hindrance === undefined ? [] : faultIdsNeedingNamespaces().map((id) => [id, hindrance] as const));
  const network = keepNetwork(world, {
    changeLagMs: (options.changeLagSeconds ?? 5) * 1000,
    inventoryLagMs: (options.inventoryLagSeconds ?? 600) * 1000,
  });
  const log = logRequests();
  const nodeGroups = new Set(world.clusters.map(({ nodeResourceGroup }) => nodeResourceGroup.toLowerCase()));
  const rights = keepRights(
    (path) => network.isHidden(decodeURIComponent(path)),
    (group) => nodeGroups.has(group.toLowerCase()),
    options.roles,
    log,
  );
  rights.lack(options.lacks ?? []);
  const record = keepRecord(clock);
  const board = switchFaults(
    world,
    network,
    fleet.subscriptions.flatMap(({ id, faults }) => faults.map((fault) => ({ target: id, fault }))),
    unavailableFaults,
    record,
  );
  const desk = createTokenDesk();
  const identityHeader = randomBytes(16).toString('hex');
  const instrumentationKey = guidOf('instrumentation key');
  const telemetry = keepTelemetry(instrumentationKey, desk, board);
  const inNamespaces = hindrance === undefined;
  const scripts = conductScripts(world.nodes, board, network, { ...options, inNamespaces, authority, caFile, log });
  const operations = keepOperations(() => server.url, clock);
  const runs = runCommands({
    board,
    log,
    record,
    clock,
    operations,
    conduct: scripts.conduct,
    minimumMs: runCommandSeconds * 1000,
    agentDeadMs: (options.agentDeadSeconds ?? 50 * runCommandSeconds) * 1000,
  });
  const arm = answerArm({
    world,
    board,
    network,
    rights,
    log,
    operations,
    runs,
    quota: countQuota(() => clock.now().getTime(), options.updatesTakenByOthers),
    pageSizes: { ...defaultPageSizes, ...options.pageSizes },
    enforceQuota: options.enforceQuota ?? false,
    retryAfterSeconds: options.retryAfterSeconds ?? 30,
  });
  const webhooks = receiveWebhooks(clock);
  const control = answerControl({ world, board, log, record, telemetry, rights, webhooks });

  const answerOwn = async ({ method, url, headers, text }: AzureRequest): Promise<ArmReply> => {
    const path = url.pathname;
    if (path === '/msi/token') return answerIdentity(url, String(headers['x-identity-header']), identityHeader, desk);
    if (path.startsWith('/control/')) return control(method, path, parseJson(text));
    if (method === 'POST' && isIngestion(path)) return telemetry.track(path, text, headers.authorization);
    if (method === 'POST' && isWebhook(path)) return webhooks.receive(path, headers, parseJson(text));
    // A registry that answers as mcr.microsoft.com does: what nodes may reach besides their API server.
    if (path === '/v2/') return ok({});
    return refuseToken(desk, headers.authorization, server.url) ?? arm(method, url, parseJson(text));
  };

  const { intercept } = options;
  const answer = async (request: AzureRequest) => intercept?.(request, () => answerOwn(request)) ?? answerOwn(request);
  const server = await serveAzure(pair, options.port ?? 0, answer);
  return {
    url: server.url,
    caFile,
    identityHeader,
    env: {
      ARM_ENDPOINT: server.url,
      AZURE_AUTHORITY_HOST: server.url,
      IDENTITY_ENDPOINT: `${server.url}/msi/token`,
      IDENTITY_HEADER: identityHeader,
      NODE_EXTRA_CA_CERTS: caFile,
      APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${instrumentationKey};IngestionEndpoint=${server.url}/`,
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD',
      // Nodes in namespaces have a registry of their own under the product's default.
      EGRESS_ENDPOINTS: inNamespaces ? 'https://mcr.microsoft.com/v2/' : `${server.url}/v2/`,
    },
    nodeMode: inNamespaces ? 'namespaces' : 'substitution',
    unavailableFaults,
    lacks: (actions) => rights.lack(actions),
    async stop() {
      const closed = server.close();
      await Promise.all([closed, scripts.stop(), runs.stop()]);
    },
  };
}

function refuseToken(desk: TokenDesk, authorization: string | undefined, endpoint: string): ArmReply | undefined {
  const token = desk.read(authorization);
  if (token === 'none') return armError(401, 'AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.");
  if (token === 'foreign') return armError(401, 'InvalidAuthenticationToken', 'The access token is invalid.');
  if (token === 'expired')
    return armError(401, 'ExpiredAuthenticationToken', 'The access token expiry UTC time is earlier than current UTC time.');
  if (isSameAudience(token.audience, endpoint)) return undefined;
  const message = `The access token has been obtained for wrong audience or resource '${token.audience}'. It should exactly match with one of the allowed audiences '${endpoint}/','${endpoint}'.`;
  return armError(401, 'InvalidAuthenticationTokenAudience', message);
}

// It is up to the route to refuse a body that is not JSON.
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
