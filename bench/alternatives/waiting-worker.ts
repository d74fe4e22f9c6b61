import { ComputeManagementClient } from '@azure/arm-compute';
import { TableClient } from '@azure/data-tables';
import { app } from '@azure/functions';
import { ManagedIdentityCredential } from '@azure/identity';

// What one would write first: a message for each node, and a function that starts its Run Command and waits for the end.

const { ARM_ENDPOINT = '', AzureWebJobsStorage = '', POLL_MS = '2000' } = process.env;
const options = { endpoint: ARM_ENDPOINT, credentials: { scopes: [`${ARM_ENDPOINT}/.default`] } };
const credential = new ManagedIdentityCredential();
const verdicts = TableClient.fromConnectionString(AzureWebJobsStorage, 'verdicts', { allowInsecureConnection: true });
const ready = verdicts.createTable();
const clients = new Map<string, ComputeManagementClient>();

interface Message {
  subscription: string;
  resourceGroup: string;
  vmss: string;
  instanceId: string;
  script: string[];
}

app.storageQueue('work', {
  queueName: 'work',
  connection: 'AzureWebJobsStorage',
  async handler(message) {
    const { subscription, resourceGroup, vmss, instanceId, script } = message as Message;
    const client = clients.get(subscription) ?? new ComputeManagementClient(credential, subscription, options);
    clients.set(subscription, client);
    const input = { commandId: 'RunShellScript', script };
    const poller = client.virtualMachineScaleSetVMs.runCommand(resourceGroup, vmss, instanceId, input, {
      updateIntervalInMs: Number(POLL_MS),
    });
    const { value = [] } = await poller.pollUntilDone();
    await ready;
    const said = value.map(({ message: text = '' }) => text).join('\n');
    await verdicts.upsertEntity({ partitionKey: vmss, rowKey: instanceId, reachable: said.includes('server='), at: new Date() });
  },
});
