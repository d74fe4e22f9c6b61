import type { FleetFile } from '../../local/simulator/fleet-schema.ts';

export const subscriptionId = '11111111-2222-4333-8444-555555555555';

/** A fleet of one subscription with one cluster of one Linux pool. */
export function smallFleet(count: number, more: Partial<FleetFile['subscriptions'][number]['clusters'][number]> = {}): FleetFile {
  return {
    subscriptions: [
      {
        id: subscriptionId,
        name: 'Test',
        clusters: [
          {
            name: 'shop',
            resourceGroup: 'rg-shop',
            location: 'westeurope',
            kubernetesVersion: '1.33.5',
            pools: [{ name: 'web', count, zones: ['1', '2'] }],
            ...more,
          },
        ],
      },
    ],
  };
}

/** The path of everything in the compute provider of the small fleet's node resource group. */
export const compute = `/subscriptions/${subscriptionId}/resourceGroups/MC_rg-shop_shop_westeurope/providers/Microsoft.Compute`;

/** The two lines that the simulator replaces, and a plain check that waits so long for an answer. */
export const kubectlScript = (patienceSeconds = 10) => [
  'KUBECTL=/opt/bin/kubectl',
  'KUBECONFIG_FILE=/var/lib/kubelet/kubeconfig',
  `"$KUBECTL" --kubeconfig "$KUBECONFIG_FILE" version --request-timeout=${patienceSeconds}s 2>&1`,
  'echo "exit $?"',
];
