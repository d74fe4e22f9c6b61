// Run by real-sdks.test.ts in a process of its own: Node reads NODE_EXTRA_CA_CERTS only when it starts.
import { ComputeManagementClient, restorePoller } from '@azure/arm-compute';
import { ContainerServiceClient } from '@azure/arm-containerservice';
import { SubscriptionClient } from '@azure/arm-resources-subscriptions';
import { ManagedIdentityCredential } from '@azure/identity';

const endpoint = process.env.ARM_ENDPOINT ?? '';
const credential = new ManagedIdentityCredential();
const options = { endpoint, credentials: { scopes: [`${endpoint}/.default`] } };
const clusters: object[] = [];
let run: object | undefined;

for await (const { subscriptionId = '' } of new SubscriptionClient(credential, options).subscriptions.list()) {
  const compute = new ComputeManagementClient(credential, subscriptionId, options);
  const containers = new ContainerServiceClient(credential, subscriptionId, options);
  for await (const cluster of containers.managedClusters.list()) {
    const group = cluster.nodeResourceGroup ?? '';
    const nodes: string[] = [];
    for await (const { name: scaleSet = '', tags } of compute.virtualMachineScaleSets.list(group)) {
      for await (const instance of compute.virtualMachineScaleSetVMs.list(group, scaleSet, { expand: 'instanceView' })) {
        const power = instance.instanceView?.statuses?.find(({ code }) => code?.startsWith('PowerState/'))?.code;
        const pool = tags?.['aks-managed-poolName'] ?? tags?.poolName;
        nodes.push(`${pool} ${instance.osProfile?.computerName?.slice(-6)} zone ${instance.zones?.[0] ?? '-'} ${power}`);
        run ??= await runScript(compute, group, scaleSet, instance.instanceId ?? '');
      }
    }
    for await (const { name = '' } of compute.virtualMachines.list(group)) {
      const { statuses } = await compute.virtualMachines.instanceView(group, name);
      nodes.push(`machine ${name.slice(-4)} ${statuses?.find(({ code }) => code?.startsWith('PowerState/'))?.code}`);
    }
    clusters.push({
      name: cluster.name,
      power: cluster.powerState?.code,
      lock: cluster.nodeResourceGroupProfile?.restrictionLevel,
      private: cluster.apiServerAccessProfile?.enablePrivateCluster,
      nodes,
    });
  }
}
process.stdout.write(JSON.stringify({ clusters, run }));

async function runScript(compute: ComputeManagementClient, group: string, scaleSet: string, instanceId: string) {
  const poller = compute.virtualMachineScaleSetVMs.runCommand(group, scaleSet, instanceId, {
    commandId: 'RunShellScript',
    script: ['echo hello'],
  });
  const state = await poller.serialize();
  const restored = restorePoller(compute, state, compute.virtualMachineScaleSetVMs.runCommand, { updateIntervalInMs: 50 });
  const { value } = await restored.pollUntilDone();
  return { serializedCharacters: state.length, message: value?.[0]?.message };
}
