import type { AuthorizationManagementClient } from '@azure/arm-authorization';
import type { ComputeManagementClient } from '@azure/arm-compute';
import type { ContainerServiceClient } from '@azure/arm-containerservice';
import type { SubscriptionClient } from '@azure/arm-resources-subscriptions';
import type { ArmRequest } from './arm-request.ts';
import type { clusterOperations, computeOperations } from './sdk-operations.ts';

/** The part of the SDK of Compute that is deployed. */
export type Compute = Pick<ComputeManagementClient, 'pipeline' | (typeof computeOperations)[number]>;
/** The part of the SDK of AKS that is deployed. */
export type Clusters = Pick<ContainerServiceClient, 'pipeline' | (typeof clusterOperations)[number]>;

/** Clients of Azure Resource Manager, one per subscription. Each SDK is loaded when a client of it is first needed. */
export interface Arm {
  subscriptions(): Promise<SubscriptionClient>;
  clusters(subscriptionId: string): Promise<Clusters>;
  /** For reads and polls. */
  compute(subscriptionId: string): Promise<Compute>;
  /** For Run Command: a request is sent once and never retried. */
  computeOnce(subscriptionId: string): Promise<Compute>;
  /** For reading what the caller may do; only `plan` uses it. */
  authorization(subscriptionId: string): Promise<AuthorizationManagementClient>;
  /** For the configuration that findings rest on. */
  request: ArmRequest;
}
