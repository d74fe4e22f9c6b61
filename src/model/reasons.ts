import { z } from 'zod';

/** The layers at which a probe may come to its end, in the order in which it gets there: what comes later was nearer to an answer. */
const stages = ['prober', 'azure', 'agent', 'kubeconfig', 'egress', 'dns', 'tcp', 'tls', 'auth', 'http', 'none'] as const;

/** The layer at which a probe came to its end. */
export type Stage = (typeof stages)[number];

export interface Reason {
  stage: Stage;
  /** What happened, as people read it. */
  sentence: string;
  /** What to check or do next, most likely first. */
  remedies: readonly string[];
  links: readonly string[];
}

const LEARN = 'https://learn.microsoft.com';
const CONNECTION = `${LEARN}/troubleshoot/azure/azure-kubernetes/error-codes/vmextensionerror-k8sapiserverconnfail`;
const NAME_LOOKUP = `${LEARN}/troubleshoot/azure/azure-kubernetes/error-codes/vmextensionerror-k8sapiserverdnslookupfail`;
const EGRESS = `${LEARN}/azure/aks/outbound-rules-control-egress`;
const CERTIFICATES = `${LEARN}/azure/aks/certificate-rotation`;
const RUN_COMMAND = `${LEARN}/azure/virtual-machines/linux/run-command`;
const LOCKDOWN = `${LEARN}/azure/aks/node-resource-group-lockdown`;
const SUPPORT = `${LEARN}/azure/aks/support-policies`;
const THROTTLING = `${LEARN}/azure/virtual-machines/compute-throttling-limits`;

const reason = (stage: Stage, sentence: string, remedies: string[] = [], links: string[] = []): Reason => ({
  stage,
  sentence,
  remedies,
  links,
});

const rotate =
  'Last of all, rotate the certificates, which recreates every node and can cause up to 30 minutes of downtime: az aks rotate-certs --resource-group <rg> --name <cluster>.';
const policy = 'Check what else may forbid it: network policies, and the allowed endpoints of a proxy on the nodes.';
const firewall = 'Check firewall, NSG and route table between the node subnet and the API server (port 443).';

/** The one place where a cause is named; page, API, alerts and docs read it. */
export const reasons = {
  Reachable: reason('none', 'The node reached its API server.'),

  KubeconfigMissing: reason(
    'kubeconfig',
    'The node has no kubeconfig: it has not joined its cluster, or lost its files.',
    ['Look at /var/log/azure/cluster-provision.log; reimage the node if it never joined.'],
    [CONNECTION],
  ),
  KubeconfigBroken: reason(
    'kubeconfig',
    "The node's kubeconfig names no https server.",
    ['Reimage the node: az vmss reimage --instance-ids <id>.'],
    [CONNECTION],
  ),
  NameNotFound: reason(
    'dns',
    "The name of the API server could not be resolved by the node's resolver.",
    [
      "Private cluster: link the private DNS zone to the node's (and the resolver's) virtual network.",
      'Custom DNS: forward to 168.63.129.16.',
    ],
    [NAME_LOOKUP],
  ),
  DnsTimeout: reason(
    'dns',
    "The node's resolver did not answer.",
    ['Check that the DNS servers of the virtual network are up and reachable on port 53.'],
    [NAME_LOOKUP],
  ),
  ResolverDiffers: reason(
    'dns',
    "Azure's own resolver (168.63.129.16) knows the name of the API server, and the node's does not.",
    [
      'Custom DNS servers: forward the zone to 168.63.129.16.',
      'Private cluster in a hub and spoke: link the private DNS zone to the virtual network of the resolver.',
    ],
    [NAME_LOOKUP],
  ),
  NoEgress: reason(
    'egress',
    'The node reaches neither its API server nor anything else outside.',
    [
      'Check outboundType, the NAT gateway or load balancer, and the default route of the node subnet.',
      'Check NSG rules on the node subnet.',
    ],
    [EGRESS],
  ),
  ConnectionRefused: reason(
    'tcp',
    'The address of the API server refused the connection.',
    [
      'Check that the cluster runs: az aks show --query powerState.',
      'Check that the name still points to the API server (stop and start may change its address).',
    ],
    [CONNECTION],
  ),
  ConnectionTimedOut: reason(
    'tcp',
    'No answer to the TCP connection: packets are dropped on the way.',
    [
      "Authorized IP ranges: add the node's outbound address (az aks show --query apiServerAccessProfile.authorizedIpRanges).",
      firewall,
      policy,
    ],
    [CONNECTION, EGRESS],
  ),
  NoRoute: reason(
    'tcp',
    'The node has no route to the address of the API server.',
    ['Check the route table (UDR) of the node subnet and virtual network peering.'],
    [CONNECTION],
  ),
  TlsTimedOut: reason(
    'tls',
    'The connection opened, but the TLS handshake got no answer.',
    ['A firewall that inspects TLS, or an MTU that is too large on the path, usually does this.', firewall],
    [CONNECTION, EGRESS],
  ),
  TlsFailed: reason(
    'tls',
    'The TLS handshake failed.',
    ['Look for a firewall that intercepts TLS; exempt the API server from inspection.'],
    [CONNECTION],
  ),
  ServerCertificateExpired: reason(
    'tls',
    'The certificate of the API server has expired, or the clock of the node is wrong.',
    ['Check the clock of the node: timedatectl.', rotate],
    [CERTIFICATES],
  ),
  ServerCertificateNotYetValid: reason(
    'tls',
    'The certificate of the API server is not valid yet: a clock is wrong.',
    ['Check the clock of the node: timedatectl.'],
    [CERTIFICATES],
  ),
  ServerCertificateWrongName: reason(
    'tls',
    'The certificate that was shown is for another name.',
    ['Check what the name of the API server resolves to on the node.'],
    [CONNECTION],
  ),
  ServerCertificateUnknownIssuer: reason(
    'tls',
    'The certificate that was shown is not from the CA of the cluster.',
    ['A firewall that intercepts TLS usually does this: exempt the API server from inspection.', rotate],
    [CONNECTION, CERTIFICATES],
  ),
  TlsIntercepted: reason(
    'tls',
    'The certificate that was shown is from another issuer than the CA of the cluster: something on the way intercepts TLS.',
    ['Exempt the name of the API server from TLS inspection in the firewall or proxy.'],
    [CONNECTION, EGRESS],
  ),
  ClockSkew: reason(
    'tls',
    'The clocks of the node and of the API server differ by more than five minutes, so that certificates do not seem valid.',
    ['Check the time service of the node: timedatectl; chronyc tracking.'],
    [CERTIFICATES],
  ),
  ConnectionReset: reason('http', 'The connection was cut before the answer was complete.', [firewall], [CONNECTION]),
  HttpTimedOut: reason(
    'http',
    'The API server accepted the request and did not answer in time.',
    ['The control plane is overloaded or starting: see its metrics in the portal.'],
    [CONNECTION],
  ),
  Unauthorized: reason(
    'auth',
    'The API server does not accept the credentials of the node (401).',
    ["The node's client certificate may have expired: look at /var/lib/kubelet/pki.", rotate],
    [CERTIFICATES],
  ),
  ClientCertificateExpired: reason(
    'auth',
    "The node's own client certificate has expired.",
    ['Restart the kubelet so that it asks for a new one: systemctl restart kubelet.', rotate],
    [CERTIFICATES],
  ),
  Forbidden: reason(
    'auth',
    'The API server refuses the node (403).',
    ['Check for an intercepting proxy and for changes to the built-in role system:public-info-viewer.'],
    [CONNECTION],
  ),
  ServerNotReady: reason(
    'http',
    'The API server says that it is not ready (503).',
    ['The control plane is starting or overloaded; open a support request if it lasts.'],
    [CONNECTION],
  ),
  ServerError: reason(
    'http',
    'The API server answered with an error (5xx).',
    ['Open a support request with the times of this outage.'],
    [CONNECTION],
  ),
  UnexpectedAnswer: reason(
    'http',
    'Something else than an API server answered.',
    ['A captive portal or proxy usually does this: exempt the API server.'],
    [EGRESS],
  ),
  Transient: reason(
    'http',
    'kubectl failed, and a moment later every stage passed.',
    ['A second probe follows at once; repeated cases point to packet loss or SNAT port exhaustion.'],
    [CONNECTION],
  ),
  Undiagnosed: reason(
    'http',
    'kubectl failed, and the diagnosis could not tell at which stage.',
    ['Read the evidence of this result.'],
    [CONNECTION],
  ),

  KubectlMissing: reason('agent', 'There is no kubectl on the node that can be run.', [
    'Upgrade the node image: az aks nodepool upgrade --node-image-only.',
  ]),
  Slow: reason(
    'agent',
    'kubectl took longer than 8 seconds on the node, while the API server answered: the node is too slow to judge by.',
    [
      'Look for what keeps the node busy: CPU, memory and disk.',
      'If it lasts, drain the node and reimage it: az vmss reimage --instance-ids <id>.',
    ],
  ),
  NoProof: reason(
    'agent',
    'The run ended without the complete output of the script, so it proves nothing.',
    ['A restart of the VM or of its agent does this; it passes with the next sweep.'],
    [RUN_COMMAND],
  ),
  AgentNotReady: reason(
    'agent',
    'The VM agent of the node does not report.',
    ['Check outbound port 443 to Azure, and the agent: systemctl status walinuxagent.'],
    [RUN_COMMAND],
  ),
  RunCommandFailed: reason(
    'agent',
    'Azure reports that Run Command failed on the node.',
    ['Run RemoveRunCommandLinuxExtension (RemoveRunCommandWindowsExtension) on the node, then check again.'],
    [RUN_COMMAND],
  ),
  RunCommandTimedOut: reason(
    'agent',
    'Run Command gave no answer in time.',
    [
      'Check outbound port 443 from the node to Azure: Run Command needs it to report back.',
      'Check the agent: systemctl status walinuxagent.',
    ],
    [RUN_COMMAND],
  ),
  RunCommandStuck: reason(
    'agent',
    'An earlier Run Command on the node has still not ended.',
    ['Run RemoveRunCommandLinuxExtension on the node, or restart its agent.'],
    [RUN_COMMAND],
  ),
  OperationPreempted: reason(
    'azure',
    'A more recent operation on the VM of the node took the place of the run.',
    [
      'Something else changed the VM at that moment, such as an upgrade, a reimage or a scaling; it passes with the next sweep.',
      'If it repeats, see what does: az monitor activity-log list --resource-id <resource ID of the VM or its scale set>.',
    ],
    [RUN_COMMAND],
  ),
  OperationGone: reason(
    'azure',
    'Azure does not know the operation of the run any more, so that nobody can tell what came of it.',
    ['It passes with the next sweep; if it repeats, see Azure Service Health, and whether the VM was deleted and made anew.'],
    [RUN_COMMAND],
  ),
  NodeBusy: reason(
    'azure',
    'Another Run Command was in progress on the node.',
    ['Only one can run at a time; it passes when the other has ended.'],
    [RUN_COMMAND],
  ),
  WrongOs: reason('azure', 'Azure says that the node has another operating system than its pool tells.', [
    'Report this with the resource ID of the node.',
  ]),
  NotRunning: reason('azure', 'The VM of the node is not running.', ['Start it, or remove it from the pool.']),
  NodeGone: reason('azure', 'The node no longer exists.'),
  NodeReplaced: reason('azure', 'Another VM stands under the same node name.'),
  AccessDenied: reason(
    'azure',
    'Whoever asks, the prober or you with your own sign-in, may not run commands on the node, or read its cluster or its subscription.',
    [
      'The prober: assign the role of infra/fleet-access.bicep to its identity.',
      'You: have a role with the actions of infra/fleet-actions.json, such as Virtual Machine Contributor on the node resource group with Reader on the subscription.',
    ],
  ),
  NodeGroupLocked: reason(
    'azure',
    'The node resource group is locked (ReadOnly), which forbids Run Command.',
    ['Set the restriction level to Unrestricted (not possible on AKS Automatic).'],
    [LOCKDOWN],
  ),
  NodeGroupMissing: reason(
    'azure',
    'The cluster stands, while its node resource group does not exist.',
    [
      'A cluster that is being made or deleted is in this state for minutes.',
      'See whether somebody deleted it: az monitor activity-log list --resource-group <node resource group>.',
      'If so, its nodes are lost, and the cluster has to be made anew.',
    ],
    [SUPPORT],
  ),
  Throttled: reason(
    'azure',
    'Azure throttles requests in this subscription and region.',
    ['Lower STARTS_PER_MINUTE, or look for other heavy users of Compute.'],
    [THROTTLING],
  ),
  AzureError: reason('azure', 'Azure answered with an error that says nothing about the node.', [
    'Read the evidence; see Azure Service Health.',
  ]),
  ClusterStopped: reason('azure', 'The cluster is stopped.', ['Start it: az aks start.']),
  ClusterGone: reason('azure', 'The cluster no longer exists.'),
  SubscriptionUnreadable: reason('azure', 'The subscription could not be read.', [
    'Assign the role of infra/fleet-access.bicep on it, or take it out of SUBSCRIPTIONS.',
    'It left the management group: name its clusters in EXCLUDE_CLUSTERS, or the other subscriptions in SUBSCRIPTIONS.',
  ]),

  Excluded: reason('prober', 'The cluster or pool is excluded by a setting or by its tag.'),
  TooYoung: reason('prober', 'The node is younger than NODE_GRACE_MINUTES.'),
  Deallocated: reason('azure', 'The VM of the node is deallocated.'),
  Deleting: reason('azure', 'The VM of the node is being deleted.'),
  Creating: reason('azure', 'The VM of the node is being created.'),
  OverBudget: reason(
    'prober',
    'The sweep had no time left for the node at the pace that Azure allows.',
    ['Lengthen SWEEP_SCHEDULE or raise STARTS_PER_MINUTE.'],
    [THROTTLING],
  ),
  NotYetProbed: reason('prober', 'The node is known, and its first probe has not ended yet.'),
  Stale: reason('prober', 'The latest verdict is older than three intervals.', ['See whether sweeps complete: GET /api/health.']),
  StartUnknown: reason('prober', 'Azure did not say whether the run started.', ['It passes with the next sweep.']),
  StartLost: reason('prober', 'The prober stopped between the claim and the start of the run.', ['It passes with the next sweep.']),
  Lost: reason('prober', 'The sweep ended without an outcome for the node.', [
    'It passes with the next sweep; if it repeats, see "Errors of the prober itself" in the workbook AKS fleet.',
  ]),
  ProberError: reason('prober', 'The prober itself failed.', [
    'See "Errors of the prober itself" in the workbook AKS fleet, and the exceptions of that time in Application Insights.',
  ]),
} as const satisfies Record<string, Reason>;

export type ReasonCode = keyof typeof reasons;

/**
 * Reasons of the prober's own making, and how fast Azure lets it go: they say nothing of a node, so they neither blind a cluster nor accuse it.
 */
const ofOurMaking: readonly ReasonCode[] = ['StartLost', 'StartUnknown', 'Lost', 'ProberError', 'Throttled', 'OverBudget'];

/** Whether a reason says how the prober fared, and nothing of the node. */
export const isOfOurMaking = (reason: ReasonCode) => ofOurMaking.includes(reason);

/** How far a probe with this reason got; one of which that cannot be told got nowhere. */
export function depthOf(code: ReasonCode): number {
  return code === 'Undiagnosed' ? -1 : stages.indexOf(reasons[code].stage);
}

/** Reads a code from a row; a code of another version reads `ProberError`, which accuses nobody. */
export const reasonCode = z.custom<ReasonCode>(isReasonCode).catch('ProberError');

/** Whether a text is a code of this catalogue; rows may come from a version that knew others. */
export function isReasonCode(code: unknown): code is ReasonCode {
  return typeof code === 'string' && Object.hasOwn(reasons, code);
}
