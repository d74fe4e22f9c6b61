import type { ReasonCode } from '../../src/model/reasons.ts';

/** What a fault can be switched on: one node, all nodes of a cluster, a whole subscription, or the telemetry endpoint. */
export type FaultScope = 'node' | 'cluster' | 'subscription' | 'ingestion';

/** The part of the simulated Azure that a fault changes. A target with several faults in force shows the nearest of each layer. */
export type FaultLayer = 'server' | 'node' | 'agent' | 'arm' | 'model' | 'ingestion';

type Fault = {
  layer: FaultLayer;
  scopes: readonly FaultScope[];
  /** The verdict and the reason that a prober should give; without a reason, the way Azure tells it decides. */
  verdict: string;
  reason?: ReasonCode;
  /** Whether only a node with a network of its own can have it. */
  needsNamespaces?: true;
  sentence: string;
};

const nodes = ['node', 'cluster', 'subscription'] as const;

/** Every fault that can be switched, with the verdict and reason a prober should give while it lasts. */
export const faults = {
  refused: {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'ConnectionRefused',
    sentence: 'The API server’s port refuses connections.',
  },
  'black-hole': {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'ConnectionTimedOut',
    sentence: 'Packets to the API server vanish: connecting never completes.',
  },
  'name-not-found': {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'NameNotFound',
    needsNamespaces: true,
    sentence: 'No resolver knows the name of the API server.',
  },
  'resolver-silent': {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'DnsTimeout',
    needsNamespaces: true,
    sentence: 'The node’s resolver never answers.',
  },
  'resolver-differs': {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'ResolverDiffers',
    needsNamespaces: true,
    sentence: 'The node’s resolver denies the name that Azure’s own resolver knows.',
  },
  'wrong-address': {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'ServerCertificateWrongName',
    needsNamespaces: true,
    sentence: 'The name of the API server leads to the address of another cluster’s.',
  },
  'no-route': {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'NoRoute',
    needsNamespaces: true,
    sentence: 'The node has no route to the API server.',
  },
  'no-egress': {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'NoEgress',
    needsNamespaces: true,
    sentence: 'Packets to the API server and to everything else outside vanish.',
  },
  silent: {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'TlsTimedOut',
    sentence: 'The API server accepts connections and never answers TLS.',
  },
  slow: {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'HttpTimedOut',
    sentence: 'The API server answers each request after 15 seconds.',
  },
  reset: {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'ConnectionReset',
    sentence: 'The connection is reset in the middle of the answer.',
  },
  'tls-expired': {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'ServerCertificateExpired',
    sentence: 'The API server’s certificate expired yesterday.',
  },
  'tls-not-yet-valid': {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'ServerCertificateNotYetValid',
    sentence: 'The API server’s certificate begins in two days.',
  },
  'clock-skew': {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'ClockSkew',
    sentence: 'The API server’s certificate and clock are two days ahead of the node’s clock.',
  },
  'tls-wrong-name': {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'ServerCertificateWrongName',
    sentence: 'The API server’s certificate is for another name.',
  },
  'tls-unknown-ca': {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'ServerCertificateUnknownIssuer',
    sentence: 'Another authority of the same name signed the API server’s certificate, as after a rebuilt cluster.',
  },
  'tls-intercepted': {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'TlsIntercepted',
    sentence: 'A stranger’s authority signed the certificate, as an inspecting proxy’s does.',
  },
  unauthorized: {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'Unauthorized',
    sentence: 'The API server does not know the node’s credentials: 401.',
  },
  forbidden: {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'Forbidden',
    sentence: 'The API server forbids the node’s requests: 403.',
  },
  'server-error': {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'ServerError',
    sentence: 'The API server answers 500.',
  },
  'not-ready': {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'ServerNotReady',
    sentence: 'The API server lives and is not ready: 503, except on /livez.',
  },
  'captive-html': {
    layer: 'server',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'UnexpectedAnswer',
    sentence: 'A log-in page answers in the API server’s place: 200 with HTML.',
  },
  'client-cert-expired': {
    layer: 'node',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'ClientCertificateExpired',
    sentence: 'The node’s client certificate expired yesterday: 401.',
  },
  'client-cert-unknown': {
    layer: 'node',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'Unauthorized',
    sentence: 'Another cluster’s authority signed the node’s client certificate: 401.',
  },
  'kubeconfig-broken': {
    layer: 'node',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'KubeconfigBroken',
    sentence: 'The node’s kubeconfig is cut off before it names a server.',
  },
  'kubeconfig-missing': {
    layer: 'node',
    scopes: nodes,
    verdict: 'unreachable',
    reason: 'KubeconfigMissing',
    sentence: 'The node has no kubeconfig: it is not bootstrapped.',
  },
  'kubectl-slow': {
    layer: 'node',
    scopes: nodes,
    verdict: 'unknown',
    reason: 'Slow',
    sentence: 'The node is so busy that its kubectl takes 12 seconds before it begins.',
  },
  'kubectl-missing': { layer: 'node', scopes: nodes, verdict: 'unknown', reason: 'KubectlMissing', sentence: 'The node has no kubectl.' },
  'agent-silent': {
    layer: 'agent',
    scopes: nodes,
    verdict: 'unknown',
    reason: 'RunCommandTimedOut',
    sentence: 'The agent says that it is ready, and the run stays InProgress until this is cleared.',
  },
  'agent-dead': {
    layer: 'agent',
    scopes: nodes,
    verdict: 'unknown',
    reason: 'AgentNotReady',
    sentence: 'The agent is dead, and Azure lists it as not ready: the run fails late, with VMAgentStatusCommunicationError.',
  },
  'no-output': {
    layer: 'agent',
    scopes: nodes,
    verdict: 'unknown',
    reason: 'NoProof',
    sentence: 'The run succeeds with nothing on stdout.',
  },
  'half-output': {
    layer: 'agent',
    scopes: nodes,
    verdict: 'unknown',
    reason: 'NoProof',
    sentence: 'The node restarts in mid-run: "Last script execution didn\'t finish."',
  },
  'cut-output': {
    layer: 'agent',
    scopes: nodes,
    verdict: 'unknown',
    reason: 'NoProof',
    sentence: 'The end of the script’s output is lost.',
  },
  'stale-output': {
    layer: 'agent',
    scopes: nodes,
    verdict: 'unknown',
    reason: 'NoProof',
    sentence: 'The run reports the output of the run before it.',
  },
  'no-output-property': {
    layer: 'agent',
    scopes: nodes,
    verdict: 'unknown',
    reason: 'NoProof',
    sentence: 'The run succeeds, and Azure’s answer has no output at all.',
  },
  'operation-preempted': {
    layer: 'agent',
    scopes: nodes,
    verdict: 'unknown',
    reason: 'OperationPreempted',
    sentence: 'A more recent operation on the VM takes the place of the run: OperationPreempted.',
  },
  'operation-gone': {
    layer: 'agent',
    scopes: nodes,
    verdict: 'unknown',
    reason: 'OperationGone',
    sentence: 'Azure forgets the operation of the run: 404 to whoever asks for it.',
  },
  busy: {
    layer: 'arm',
    scopes: nodes,
    verdict: 'unknown',
    reason: 'NodeBusy',
    sentence: 'A stranger’s run command is in progress on the node: 409.',
  },
  throttled: {
    layer: 'arm',
    scopes: nodes,
    verdict: 'unknown',
    sentence: 'Run Command is throttled: 429 with Retry-After. Of several nodes it pauses their region, and they are not probed.',
  },
  'bad-gateway': { layer: 'arm', scopes: nodes, verdict: 'unknown', sentence: 'The run starts, but its POST is answered 502.' },
  'access-denied': {
    layer: 'arm',
    scopes: nodes,
    verdict: 'unknown',
    reason: 'AccessDenied',
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
  'cluster-unlisted': {
    layer: 'model',
    scopes: ['cluster'],
    verdict: 'reachable',
    sentence: 'Azure leaves the cluster out of its list, and has it when asked by name.',
  },
  'cluster-hidden': {
    layer: 'model',
    scopes: ['cluster'],
    verdict: 'notProbed',
    reason: 'AccessDenied',
    sentence: 'The right to read the cluster was taken away: it is left out of the list, and 403 when asked by name.',
  },
  'node-group-gone': {
    layer: 'model',
    scopes: ['cluster'],
    verdict: 'notProbed',
    reason: 'NodeGroupMissing',
    sentence: 'The node resource group was deleted by hand; the cluster is still listed.',
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

/** The faults that only a node with a network of its own can have. */
export function faultIdsNeedingNamespaces(): FaultId[] {
  return (Object.keys(faults) as FaultId[]).filter((id) => (faults[id] as Fault).needsNamespaces === true);
}
