import { guidOf } from '../guid-of.ts';
import type { Revision } from './change-log.ts';

/** Types of which Resource Graph keeps no changes in `resourcechanges`. */
const untracked = /^Microsoft\.(ResourceHealth|Authorization)\/|\/effectiveSecurityAdminRules$|\/networkManagers\/|\/privateDnsZones\/A$/i;

/** The row of the Resource Graph table `resourcechanges` for a change; none for what it does not keep. A subnet appears on its VNet. */
export function describeChange({ at, author, correlationId, change }: Revision) {
  const { resource, kind, writes } = change;
  if (untracked.test(resource.type)) return [];
  const [, vnet, subnet] = /^(.*\/virtualNetworks\/[^/]+)\/subnets\/([^/]+)$/i.exec(resource.id) ?? [];
  const target = vnet ?? resource.id;
  const type = (vnet === undefined ? resource.type : 'Microsoft.Network/virtualNetworks').toLowerCase();
  const changes = Object.entries(change.changes).map(([path, values]) => [
    subnet === undefined ? path : `properties.subnets[${JSON.stringify(subnet)}].${path}`,
    { ...values, changeCategory: 'User' },
  ]);
  const id = guidOf(`${correlationId} ${resource.id}`);
  return [
    {
      id: `${target}/providers/Microsoft.Resources/changes/${id}`,
      name: id,
      type: 'microsoft.resources/changes',
      subscriptionId: target.split('/')[2] ?? '',
      properties: {
        targetResourceId: target,
        targetResourceType: type,
        changeType: kind,
        changeAttributes: {
          correlationId,
          previousResourceSnapshotId: guidOf(`before ${id}`),
          newResourceSnapshotId: guidOf(`after ${id}`),
          changesCount: changes.length,
          timestamp: at.toISOString(),
          changedBy: author.name,
          changedByType: author.type,
          clientType: author.client,
          operation: `${writes[0]?.type ?? resource.type}/${writes[0]?.verb ?? 'write'}`.toLowerCase(),
        },
        // As Azure has it: of updates only.
        ...(kind === 'Update' && { changes: Object.fromEntries(changes) }),
      },
    },
  ];
}
