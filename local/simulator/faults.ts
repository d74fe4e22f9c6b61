/** What a fault can be switched on: one node, all nodes of a cluster, a whole subscription, or the telemetry endpoint. */
export type FaultScope = 'node' | 'cluster' | 'subscription' | 'ingestion';

/** The part of the simulated Azure that a fault changes. A target with several faults in force shows the nearest of each layer. */
export type FaultLayer = 'server' | 'node' | 'agent' | 'arm' | 'model' | 'ingestion';

type Fault = { layer: FaultLayer; scopes: readonly FaultScope[]; verdict: string; sentence: string };

const nodes = ['node', 'cluster', 'subscription'] as const;

/** Every fault that can be switched, with the verdict a prober should give while it lasts. */
export const faults = {
  refused: { layer: 'server', scopes: nodes, verdict: 'unreachable', sentence: 'The API server’s port refuses connections.' },
  'black-hole': {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    sentence: 'Packets to the API server vanish: connecting never completes.',
  },
  silent: { layer: 'server', scopes: nodes, verdict: 'unreachable', sentence: 'The API server accepts connections and never answers TLS.' },
  slow: { layer: 'server', scopes: nodes, verdict: 'unreachable', sentence: 'The API server answers each request after 15 seconds.' },
  reset: { layer: 'server', scopes: nodes, verdict: 'unreachable', sentence: 'The connection is reset in the middle of the answer.' },
  'tls-expired': { layer: 'server', scopes: nodes, verdict: 'unreachable', sentence: 'The API server’s certificate expired yesterday.' },
  'tls-not-yet-valid': {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    sentence: 'The API server’s certificate and clock are two days ahead of the node’s clock.',
  },
  'tls-wrong-name': {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    sentence: 'The API server’s certificate is for another name.',
  },
  'tls-unknown-ca': {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    sentence: 'A stranger’s authority signed the certificate, as an inspecting proxy’s does.',
  },
  unauthorized: {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    sentence: 'The API server does not know the node’s credentials: 401.',
  },
  forbidden: { layer: 'server', scopes: nodes, verdict: 'unreachable', sentence: 'The API server forbids the node’s requests: 403.' },
  'server-error': { layer: 'server', scopes: nodes, verdict: 'unreachable', sentence: 'The API server answers 500.' },
  'not-ready': { layer: 'server', scopes: nodes, verdict: 'unreachable', sentence: 'The API server answers 503: it is not ready.' },
  'client-cert-expired': {
    layer: 'node',
    scopes: nodes,
    verdict: 'unreachable',
    sentence: 'The node’s client certificate expired yesterday: 401.',
  },
  'kubeconfig-missing': {
    layer: 'node',
    scopes: nodes,
    verdict: 'unknown',
    sentence: 'The node has no kubeconfig: it is not bootstrapped.',
  },
  'kubectl-missing': { layer: 'node', scopes: nodes, verdict: 'unknown', sentence: 'The node has no kubectl.' },
  'agent-silent': {
    layer: 'agent',
    scopes: nodes,
    verdict: 'unknown',
    sentence: 'The agent never reports: the run stays InProgress until this is cleared.',
  },
  'agent-dead': {
    layer: 'agent',
    scopes: nodes,
    verdict: 'unknown',
    sentence: 'The agent is dead: the run fails late, with VMAgentStatusCommunicationError.',
  },
  'no-output': { layer: 'agent', scopes: nodes, verdict: 'unknown', sentence: 'The run succeeds with nothing on stdout.' },
  'half-output': {
    layer: 'agent',
    scopes: nodes,
    verdict: 'unknown',
    sentence: 'The node restarts in mid-run: "Last script execution didn\'t finish."',
  },
  'cut-output': { layer: 'agent', scopes: nodes, verdict: 'unknown', sentence: 'The end of the script’s output is lost.' },
  'stale-output': { layer: 'agent', scopes: nodes, verdict: 'unknown', sentence: 'The run reports the output of the run before it.' },
  busy: { layer: 'arm', scopes: nodes, verdict: 'unknown', sentence: 'A stranger’s run command is in progress on the node: 409.' },
  throttled: { layer: 'arm', scopes: nodes, verdict: 'notProbed', sentence: 'Run Command is throttled: 429 with Retry-After.' },
  'bad-gateway': { layer: 'arm', scopes: nodes, verdict: 'unknown', sentence: 'The run starts, but its POST is answered 502.' },
  'access-denied': {
    layer: 'arm',
    scopes: nodes,
    verdict: 'unknown',
    sentence: 'Azure refuses the prober with 403: to run commands on the node, or to read the subscription at all.',
  },
  'lists-throttled': {
    layer: 'arm',
    scopes: ['cluster', 'subscription'],
    verdict: 'notProbed',
    sentence: 'Listing scale sets and instances is throttled: 429 with Retry-After.',
  },
  'lists-broken': {
    layer: 'arm',
    scopes: ['cluster'],
    verdict: 'notProbed',
    sentence: 'The last page of each list of instances answers 500.',
  },
  gone: {
    layer: 'model',
    scopes: nodes,
    verdict: 'notProbed',
    sentence: 'The instance is deleted: absent from lists, 404 or 400 when asked.',
  },
  replaced: {
    layer: 'model',
    scopes: nodes,
    verdict: 'reachable',
    sentence: 'The instance is another one under the same name: its vmId differs.',
  },
  deallocated: { layer: 'model', scopes: nodes, verdict: 'notProbed', sentence: 'The instance is deallocated.' },
  'cluster-stopped': {
    layer: 'model',
    scopes: ['cluster'],
    verdict: 'notProbed',
    sentence: 'The cluster is stopped, its instances deallocated.',
  },
  'cluster-gone': {
    layer: 'model',
    scopes: ['cluster'],
    verdict: 'notProbed',
    sentence: 'The cluster is deleted, with its node resource group.',
  },
  'cluster-locked': {
    layer: 'model',
    scopes: ['cluster'],
    verdict: 'notProbed',
    sentence: 'The node resource group is locked (ReadOnly): 403 DenyAssignmentAuthorizationFailed.',
  },
  'ingestion-down': { layer: 'ingestion', scopes: ['ingestion'], verdict: 'none', sentence: 'Application Insights answers 503.' },
  'ingestion-partial': {
    layer: 'ingestion',
    scopes: ['ingestion'],
    verdict: 'none',
    sentence: 'Application Insights accepts every second item: 206.',
  },
} as const satisfies Record<string, Fault>;

/** The id of a fault in the table. */
export type FaultId = keyof typeof faults;

/** Tells whether a text is the id of a fault. */
export function isFaultId(text: unknown): text is FaultId {
  return typeof text === 'string' && Object.hasOwn(faults, text);
}

/** The ids of the faults that can be switched on such a target, in the table's order. */
export function faultIdsFor(scope: FaultScope): FaultId[] {
  return (Object.keys(faults) as FaultId[]).filter((id) => (faults[id].scopes as readonly FaultScope[]).includes(scope));
}
