import { ComputeManagementClient } from '@azure/arm-compute';
import { ManagedIdentityCredential } from '@azure/identity';
import pLimit from 'p-limit';

// What a tool on a laptop does for each node that it is asked about, in a loop: find the instance, start a Run Command, poll every 2 seconds.
// The order and the interval are those of kubectl-aks (https://github.com/Azure/kubectl-aks, cmd/utils/vmss.go).

interface Job {
  subscription: string;
  resourceGroup: string;
  nodes: { vmss: string; instanceId: string }[];
  script: string[];
  /** How many at once. */
  ways: number;
  pollMs: number;
}

const job = JSON.parse(process.argv[2]!) as Job;
const { ARM_ENDPOINT = '' } = process.env;
const options = { endpoint: ARM_ENDPOINT, credentials: { scopes: [`${ARM_ENDPOINT}/.default`] } };
const client = new ComputeManagementClient(new ManagedIdentityCredential(), job.subscription, options);
const limit = pLimit(job.ways);

async function ask({ vmss, instanceId }: Job['nodes'][number]): Promise<void> {
  await client.virtualMachineScaleSetVMs.get(job.resourceGroup, vmss, instanceId);
  const input = { commandId: 'RunShellScript', script: job.script };
  const run = client.virtualMachineScaleSetVMs.runCommand(job.resourceGroup, vmss, instanceId, input, { updateIntervalInMs: job.pollMs });
  await run.pollUntilDone();
}

if (job.nodes.length === 0) {
  // What there is to ask.
  const found: Job['nodes'] = [];
  for await (const { name: vmss = '' } of client.virtualMachineScaleSets.list(job.resourceGroup))
    for await (const { instanceId = '' } of client.virtualMachineScaleSetVMs.list(job.resourceGroup, vmss))
      found.push({ vmss, instanceId });
  process.stdout.write(JSON.stringify(found));
  process.exit(0);
}
const startedAt = performance.now();
await Promise.all(job.nodes.map((node) => limit(() => ask(node))));
const { user, system } = process.cpuUsage();
process.stdout.write(
  JSON.stringify({ ms: performance.now() - startedAt, cpuMs: (user + system) / 1000, megabytes: process.resourceUsage().maxRSS / 1024 }),
);
process.exit(0);
