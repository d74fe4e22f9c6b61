import { z } from 'zod';
import { clusterIdSchema, nodeNameSchema } from '../model/name-schemas.ts';
import { instanceTarget, parseTarget } from '../model/resource-id.ts';
import { isCheckId } from '../tables/check-rows.ts';
import { reasonName } from '../views/components.ts';

const clusterId = clusterIdSchema('expected "<subscription id>.<resource group>.<cluster name>"');
const nodeName = nodeNameSchema('expected a Kubernetes node name');
const resourceId = z
  .string()
  .max(1000)
  .refine((id) => parseTarget(id) !== undefined, 'expected the resource ID of a scale set instance or of a VM');

/** The three ways to name a node. */
export const checkRequest = z
  .union([
    z.strictObject({ id: resourceId.describe('Resource ID of a scale set instance or of a VM, in any letter case.') }),
    z
      .strictObject({
        subscriptionId: z.guid(),
        nodeResourceGroup: z.string().max(90),
        vmss: z.string().max(64),
        instanceId: z.string().regex(/^\d{1,10}$/),
      })
      .refine(
        (parts) => instanceTarget({ ...parts, resourceGroup: parts.nodeResourceGroup }) !== undefined,
        'expected names of a resource group and of a scale set',
      ),
    z.strictObject({
      node: nodeName.describe('Name of the Kubernetes node.'),
      cluster: clusterId.optional().describe('Its cluster, where several have a node of that name.'),
    }),
  ])
  .describe('The node to check: by its resource ID, by its four parts, or by its name.');

export type CheckRequest = z.output<typeof checkRequest>;

/** How a check is shown. */
export const checkQuery = z.object({
  verbose: z.enum(['true', 'false'], 'true or false').optional().describe('As text, also the command, the machine and Azure’s answer.'),
});

/** A check as the API shows it. */
export const checkView = z
  .strictObject({
    id: z.string().refine(isCheckId),
    status: z.enum(['running', 'done']),
    target: z.string().describe('Resource ID of the node.'),
    cluster: z.string(),
    node: z.string(),
    requestedAt: z.string(),
    requestedBy: z.string(),
    completedAt: z.string().optional(),
    verdict: z.enum(['reachable', 'unreachable', 'unknown']).optional(),
    reason: reasonName.optional(),
    stage: z.string().optional(),
    message: z.string().optional(),
    latencyMs: z.number().optional(),
    remedies: z.array(z.string()).optional(),
    takenFrom: z
      .string()
      .optional()
      .describe('The sweep or check whose run gave the verdict, where another began while this check waited.'),
    response: z.string().optional().describe('Azure’s whole answer as JSON, or what the node said; redacted.'),
  })
  .describe('A probe that somebody asked for.');

export type CheckView = z.output<typeof checkView>;
