import type { Wanted } from '../inventory/find-node.ts';
import { clusterIdSchema, nodeNameSchema } from '../model/name-schemas.ts';
import { instanceTarget, parseTarget } from '../model/resource-id.ts';
import * as z from '../zod.ts';

const clusterId = clusterIdSchema('expected "<subscription id>.<resource group>.<cluster name>"');
const nodeName = nodeNameSchema('expected a Kubernetes node name');
const resourceId = z.string().check(
  z.maxLength(1000),
  z.refine((id) => parseTarget(id) !== undefined, 'expected the resource ID of a scale set instance or of a VM'),
);

/** The three ways to name a node. */
export const checkRequest = z.described(
  z.union([
    z.strictObject({ id: z.described(resourceId, 'Resource ID of a scale set instance or of a VM, in any letter case.') }),
    z
      .strictObject({
        subscriptionId: z.guid(),
        nodeResourceGroup: z.string().check(z.maxLength(90)),
        vmss: z.string().check(z.maxLength(64)),
        instanceId: z.string().check(z.regex(/^\d{1,10}$/)),
      })
      .check(
        z.refine(
          (parts) => instanceTarget({ ...parts, resourceGroup: parts.nodeResourceGroup }) !== undefined,
          'expected names of a resource group and of a scale set',
        ),
      ),
    z.strictObject({
      node: z.described(nodeName, 'Name of the Kubernetes node.'),
      cluster: z.described(z.optional(clusterId), 'Its cluster, if several have a node of that name.'),
    }),
  ]),
  'The node to check: by its resource ID, by its four parts, or by its name.',
);

export type CheckRequest = z.output<typeof checkRequest>;

/** How a check is shown. */
export const checkQuery = z.object({
  verbose: z.described(
    z.optional(z.enum(['true', 'false'], 'true or false')),
    'As text, also the command, the machine and Azure’s answer.',
  ),
});

/** The node that a request names. Its schema has already checked that the ids can be parsed. */
export function wantedOf(request: CheckRequest): Wanted {
  if ('node' in request) return { node: request.node, cluster: request.cluster };
  const target = 'id' in request ? parseTarget(request.id) : instanceTarget({ ...request, resourceGroup: request.nodeResourceGroup });
  return { target: target! };
}
