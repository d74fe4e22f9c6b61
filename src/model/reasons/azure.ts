import { activityOfMachine, advice, onCluster, onMachine, showMachine, withCommand } from './commands.ts';
import { DISABLED, EXTENSIONS, LOCKDOWN, LOCKS, POLICY, RUN_COMMAND, SUPPORT, THROTTLING } from './links.ts';
import { type Reason, reason } from './reason.ts';

/** Reasons that come from Azure: the state of a node, its cluster or its subscription, and refusals. */
export const azureReasons = {
  OperationPreempted: reason(
    'azure',
    { fault: 'azure', duration: 'passing', expected: true, asked: true, endsOutage: false, blinds: 'node', hides: 'nothing' },
    'A more recent operation on the VM of the node replaced the run.',
    [
      advice('Another operation changed the VM at that moment, such as an upgrade, a reimage or a scaling; it passes with the next sweep.'),
      activityOfMachine('If it repeats, find out which operation it is.'),
    ],
    [RUN_COMMAND],
  ),
  OperationGone: reason(
    'azure',
    { fault: 'azure', duration: 'passing', expected: true, asked: true, endsOutage: false, blinds: 'node', hides: 'nothing' },
    'Azure no longer knows the operation of the run, so its result is lost.',
    [advice('It passes with the next sweep; if it repeats, check Azure Service Health, and whether the VM was deleted and created again.')],
    [RUN_COMMAND],
  ),
  NodeBusy: reason(
    'azure',
    { fault: 'azure', duration: 'passing', expected: true, asked: true, endsOutage: false, blinds: 'node', hides: 'nothing' },
    'Another operation was in progress on the node, such as a Run Command of somebody else.',
    [advice('Only one can run at a time; it passes when the other has ended.')],
    [RUN_COMMAND],
  ),
  WrongOs: reason(
    'azure',
    { fault: 'azure', duration: 'lasting', expected: true, asked: false, endsOutage: false, blinds: 'cluster', hides: 'nothing' },
    'Azure reports another operating system for the node than for its pool.',
    [advice('Report this with the resource ID of the node.')],
  ),
  NotRunning: reason(
    'azure',
    { fault: 'operator', duration: 'lasting', expected: false, asked: false, endsOutage: true, blinds: 'node', hides: 'nothing' },
    'The VM of the node is not running.',
    [onMachine('Start it, or remove it from the pool.', 'start')],
  ),
  NodeGone: reason(
    'azure',
    { fault: 'operator', duration: 'lasting', expected: true, asked: true, endsOutage: true, blinds: 'node', hides: 'nothing' },
    'The node no longer exists.',
  ),
  NotListed: reason(
    'azure',
    { fault: 'azure', duration: 'passing', expected: true, asked: false, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    "Azure's lists lack the machine of the node, and nothing proves that it is gone.",
    [showMachine('Look whether it exists.'), advice('If it does and stays unlisted, report it to Azure.')],
  ),
  NodeReplaced: reason(
    'azure',
    { fault: 'operator', duration: 'lasting', expected: true, asked: true, endsOutage: true, blinds: 'nobody', hides: 'nothing' },
    'Another VM has taken over the name of the node.',
  ),
  AccessDenied: reason(
    'azure',
    { fault: 'operator', duration: 'lasting', expected: true, asked: false, endsOutage: false, blinds: 'node', hides: 'cluster' },
    'The identity in use, the prober or you with your own sign-in, may not run commands on the node, or may not read its cluster or its subscription.',
    [
      advice(
        'The prober: grant it access (docs/guides/deploy.md#grant-access). On a new cluster, its policy does so within about half an hour; infra/grant-node-groups.sh at once.',
      ),
      advice(
        'You: have a role with the actions of infra/access/read-actions.json and run-actions.json, such as Virtual Machine Contributor on the node resource group with Reader on the subscription.',
      ),
    ],
  ),
  NodeGroupLocked: reason(
    'azure',
    { fault: 'operator', duration: 'lasting', expected: true, asked: false, endsOutage: true, blinds: 'cluster', hides: 'nothing' },
    'The node resource group is locked (ReadOnly), which forbids Run Command.',
    [
      onCluster(
        'Set the restriction level to Unrestricted, which AKS Automatic does not allow.',
        'update',
        '--nrg-lockdown-restriction-level Unrestricted',
      ),
    ],
    [LOCKDOWN],
  ),
  NodeGroupMissing: reason(
    'azure',
    { fault: 'operator', duration: 'lasting', expected: true, asked: false, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    'The cluster exists, but its node resource group does not.',
    [
      advice('A cluster that is being created or deleted is in this state for some minutes.'),
      withCommand(
        'Check whether somebody deleted it.',
        'az monitor activity-log list --subscription {subscriptionId} --resource-group {nodeResourceGroup} --offset 7d --output table',
      ),
      advice('If so, its nodes are lost, and the cluster must be created again.'),
    ],
    [SUPPORT],
  ),
  Throttled: reason(
    'azure',
    { fault: 'azure', duration: 'passing', expected: true, asked: false, endsOutage: false, blinds: 'nobody', hides: 'cluster' },
    'Azure throttles requests in this subscription and region.',
    [advice('Lower STARTS_PER_MINUTE, or look for other heavy users of Compute.')],
    [THROTTLING],
  ),
  AzureError: reason(
    'azure',
    { fault: 'azure', duration: 'passing', expected: true, asked: true, endsOutage: false, blinds: 'cluster', hides: 'cluster' },
    'Azure answered with an error that says nothing about the node.',
    [advice('Read the evidence; see Azure Service Health.')],
  ),
  ClusterStopped: reason(
    'azure',
    { fault: 'operator', duration: 'lasting', expected: false, asked: false, endsOutage: true, blinds: 'nobody', hides: 'nothing' },
    'The cluster is stopped.',
    [onCluster('Start the cluster.', 'start')],
  ),
  ClusterGone: reason(
    'azure',
    { fault: 'operator', duration: 'lasting', expected: false, asked: false, endsOutage: true, blinds: 'nobody', hides: 'nothing' },
    'The cluster no longer exists.',
  ),
  SubscriptionUnreadable: reason(
    'azure',
    { fault: 'operator', duration: 'lasting', expected: true, asked: false, endsOutage: false, blinds: 'nobody', hides: 'subscription' },
    'The subscription could not be read.',
    [
      advice('Grant access to it with infra/fleet-access.bicep, or remove it from SUBSCRIPTIONS.'),
      advice('If it left the management group: name its clusters in EXCLUDE_CLUSTERS, or list the other subscriptions in SUBSCRIPTIONS.'),
    ],
  ),
  SubscriptionGone: reason(
    'azure',
    { fault: 'operator', duration: 'lasting', expected: true, asked: false, endsOutage: false, blinds: 'nobody', hides: 'subscription' },
    'Azure does not know the subscription: it was deleted, moved to another tenant, or its id is wrong.',
    [
      withCommand(
        'Check the id and the tenant.',
        "az account list --all --query '[].{id:id, tenant:tenantId, state:state}' --output table",
      ),
      advice('If it is gone, remove it from SUBSCRIPTIONS.'),
    ],
  ),
  Deallocated: reason(
    'azure',
    { fault: 'operator', duration: 'lasting', expected: false, asked: false, endsOutage: true, blinds: 'nobody', hides: 'nothing' },
    'The VM of the node is deallocated.',
  ),
  Deleting: reason(
    'azure',
    { fault: 'operator', duration: 'passing', expected: false, asked: false, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    'The VM of the node is being deleted.',
  ),
  Creating: reason(
    'azure',
    { fault: 'platform', duration: 'passing', expected: false, asked: false, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    'The VM of the node is being created.',
  ),
  NodeStopping: reason(
    'azure',
    { fault: 'operator', duration: 'passing', expected: false, asked: false, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    'The VM of the node is being stopped.',
  ),
  NodeStarting: reason(
    'azure',
    { fault: 'operator', duration: 'passing', expected: false, asked: false, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    'The VM of the node is being started.',
  ),
  NodeUpdating: reason(
    'azure',
    { fault: 'operator', duration: 'passing', expected: false, asked: false, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    'The VM of the node is being reimaged or changed while its cluster or pool is updated.',
  ),
  ClusterStopping: reason(
    'azure',
    { fault: 'operator', duration: 'passing', expected: false, asked: false, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    'The cluster is being stopped.',
  ),
  ClusterStarting: reason(
    'azure',
    { fault: 'operator', duration: 'passing', expected: false, asked: false, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    'The cluster is being started.',
  ),
  ClusterCreating: reason(
    'azure',
    { fault: 'operator', duration: 'passing', expected: false, asked: false, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    'The cluster is being created.',
  ),
  ClusterDeleting: reason(
    'azure',
    { fault: 'operator', duration: 'passing', expected: false, asked: false, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    'The cluster is being deleted.',
  ),
  MachinesMissing: reason(
    'azure',
    { fault: 'azure', duration: 'lasting', expected: true, asked: false, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    'The pool has more nodes than machines could be found for.',
    [
      withCommand(
        'Compare the pools with the machines in the node resource group.',
        "az aks nodepool list --subscription {subscriptionId} --resource-group {resourceGroup} --cluster-name {cluster} --query '[].{pool:name, count:count, state:provisioningState}' --output table",
      ),
      withCommand(
        'A scale set that lost its tags and does not have the name that AKS gave it is not recognised as a pool: set its tag aks-managed-poolName again.',
        "az vmss list --subscription {subscriptionId} --resource-group {nodeResourceGroup} --query '[].{name:name, tags:tags}'",
      ),
      advice('A pool that cannot grow, for want of quota or capacity, says so in its provisioning state.'),
    ],
    [SUPPORT],
  ),
  ScopeLocked: reason(
    'azure',
    { fault: 'operator', duration: 'lasting', expected: true, asked: false, endsOutage: false, blinds: 'node', hides: 'nothing' },
    'A lock on the node resource group or on its subscription forbids Run Command.',
    [
      withCommand(
        'Find the lock.',
        'az lock list --subscription {subscriptionId} --resource-group {nodeResourceGroup} --output table',
        'az lock list --subscription {subscriptionId} --output table',
      ),
      advice('Remove the lock, or replace it with one of the level CanNotDelete, which does not forbid Run Command.'),
    ],
    [LOCKS],
  ),
  SubscriptionDisabled: reason(
    'azure',
    { fault: 'operator', duration: 'lasting', expected: true, asked: false, endsOutage: false, blinds: 'node', hides: 'nothing' },
    'The subscription is disabled, and its resources can only be read.',
    [advice('Reactivate it in the portal under Subscriptions, or take it out of SUBSCRIPTIONS.')],
    [DISABLED],
  ),
  DisallowedByPolicy: reason(
    'azure',
    { fault: 'operator', duration: 'lasting', expected: true, asked: false, endsOutage: false, blinds: 'node', hides: 'nothing' },
    'An assignment of Azure Policy forbids Run Command on the node.',
    [
      withCommand(
        'The evidence names the assignment: exempt the node resource group from it.',
        'az policy assignment list --subscription {subscriptionId} --resource-group {nodeResourceGroup} --disable-scope-strict-match --output table',
      ),
    ],
    [POLICY],
  ),
  ExtensionsDisallowed: reason(
    'azure',
    { fault: 'operator', duration: 'lasting', expected: true, asked: false, endsOutage: false, blinds: 'node', hides: 'nothing' },
    'The VM of the node allows no extension operations, and Run Command is one.',
    [
      withCommand(
        'Allow them on the scale set (allowExtensionOperations=true), and upgrade its instances.',
        'az vmss update --subscription {subscriptionId} --resource-group {nodeResourceGroup} --name {vmss} --set virtualMachineProfile.osProfile.allowExtensionOperations=true',
        'az vm update --subscription {subscriptionId} --resource-group {nodeResourceGroup} --name {vm} --set osProfile.allowExtensionOperations=true',
      ),
      advice('Else take the pool out of the fleet with the tag aks-fleet-prober=off.'),
    ],
    [EXTENSIONS],
  ),
} as const satisfies Record<string, Reason>;
