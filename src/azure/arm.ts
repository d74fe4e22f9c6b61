import type { AuthorizationManagementClient } from '@azure/arm-authorization';
import type { ComputeManagementClient } from '@azure/arm-compute';
import type { ContainerServiceClient } from '@azure/arm-containerservice';
import type { SubscriptionClient } from '@azure/arm-resources-subscriptions';
import type { ArmRequest } from './arm-request.ts';

/** Clients of Azure Resource Manager, one per subscription. */
export interface Arm {
  subscriptions: SubscriptionClient;
  clusters(subscriptionId: string): ContainerServiceClient;
  /** For reads and polls. */
  compute(subscriptionId: string): ComputeManagementClient;
  /** For Run Command: a request is sent once and never retried. */
  computeOnce(subscriptionId: string): ComputeManagementClient;
  /** For reading what the caller may do; only `plan` uses it. */
  authorization(subscriptionId: string): AuthorizationManagementClient;
  /** For the configuration that findings rest on. */
  request: ArmRequest;
}
