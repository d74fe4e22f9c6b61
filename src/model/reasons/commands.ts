import type { RemedyTemplate } from './remedy.ts';

const CLUSTER = '--subscription {subscriptionId} --resource-group {resourceGroup} --name {cluster}';
const SCALE_SET = '--subscription {subscriptionId} --resource-group {nodeResourceGroup} --name {vmss}';
const MACHINE = '--subscription {subscriptionId} --resource-group {nodeResourceGroup} --name {vm}';

/** A remedy that is a sentence alone. */
export const advice = (say: string): RemedyTemplate => ({ say });

/** A remedy with a command, or several of which the first is shown whose names are known. */
export const withCommand = (say: string, ...commands: string[]): RemedyTemplate => ({ say, commands });

/** A remedy with a command of `az aks` on the cluster. */
export const onCluster = (say: string, verb: string, more = ''): RemedyTemplate =>
  withCommand(say, `az aks ${verb} ${CLUSTER}${more && ` ${more}`}`);

/** A remedy that shows some settings of the cluster. */
export const showCluster = (say: string, query: string): RemedyTemplate => onCluster(say, 'show', `--query ${query}`);

/** A remedy with a command of `az` on the machine of the node: `az vmss` for an instance of a scale set, `az vm` for a machine of its own. */
export const onMachine = (say: string, verb: string): RemedyTemplate =>
  withCommand(say, `az vmss ${verb} ${SCALE_SET} --instance-ids {instanceId}`, `az vm ${verb} ${MACHINE}`);

/** A remedy that runs something on the node by Run Command. */
export const onNode = (say: string, script: string, windows?: string): RemedyTemplate => ({
  say,
  commands: [
    `az vmss run-command invoke ${SCALE_SET} --instance-id {instanceId} --command-id {shell} --scripts {script}`,
    `az vm run-command invoke ${MACHINE} --command-id {shell} --scripts {script}`,
  ],
  script,
  ...(windows === undefined ? {} : { windows }),
});

/** A remedy that runs something on the node where Run Command does not work: from a pod on it. On Linux alone. */
export const fromPod = (say: string, script: string): RemedyTemplate => ({
  say,
  commands: [
    'kubectl debug node/{node} -it --profile=sysadmin --image=mcr.microsoft.com/cbl-mariner/busybox:2.0 -- chroot /host sh -c {script}',
  ],
  script,
});

/** Reimages the node, which loses what is on its disk. */
export const reimage = (say: string): RemedyTemplate => onMachine(say, 'reimage');

/** Shows what the subnet of the node hangs on. */
export const showSubnet = (say: string): RemedyTemplate =>
  withCommand(
    say,
    "az network vnet subnet show --ids {subnet} --query '{nsg:networkSecurityGroup.id,routeTable:routeTable.id,natGateway:natGateway.id}'",
  );

/** Shows the machine of the node as Azure has it. */
export const showMachine = (say: string): RemedyTemplate =>
  withCommand(say, `az vmss show ${SCALE_SET} --instance-id {instanceId} --output table`, `az vm show ${MACHINE} --output table`);

/** Shows what Azure did with the machine of the node, or with its scale set, in the last day. */
export const activityOfMachine = (say: string): RemedyTemplate => {
  const head =
    'az monitor activity-log list --offset 1d --output table --resource-id /subscriptions/{subscriptionId}/resourceGroups/{nodeResourceGroup}/providers/Microsoft.Compute';
  return withCommand(say, `${head}/virtualMachineScaleSets/{vmss}`, `${head}/virtualMachines/{vm}`);
};

/** Removes the extension of Run Command from the node; the next Run Command brings it anew. */
export const removeExtension = (say: string): RemedyTemplate =>
  withCommand(
    say,
    `az vmss run-command invoke ${SCALE_SET} --instance-id {instanceId} --command-id {remover}`,
    `az vm run-command invoke ${MACHINE} --command-id {remover}`,
  );
