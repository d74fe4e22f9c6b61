import type { AuthorizationManagementClient } from '@azure/arm-authorization';
import type { ComputeManagementClient } from '@azure/arm-compute';
import type { ContainerServiceClient } from '@azure/arm-containerservice';
import type { SubscriptionClient } from '@azure/arm-resources-subscriptions';

/** Clients of Azure Resource Manager, one per subscription. */
export interface Arm {
  subscriptions: SubscriptionClient;
  clusters(subscriptionId: string): ContainerServiceClient;
  /** For reads and polls. */
  compute(subscriptionId: string): ComputeManagementClient;
  /** For Run Command: a request is sent once, whatever comes back. */
  computeOnce(subscriptionId: string): ComputeManagementClient;
  /** What the caller may do; for `plan` alone. */
  authorization(subscriptionId: string): AuthorizationManagementClient;
}
