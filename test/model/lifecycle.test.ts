import { describe, expect, it } from 'vitest';
import { treatmentOfCluster, treatmentOfPool } from '../../src/model/lifecycle.ts';

const told = (treatment: ReturnType<typeof treatmentOfCluster>) => (treatment.treat === 'record' ? treatment.reason : treatment.treat);

describe('the state of a cluster', () => {
  it.each([
    ['Succeeded', 'Running', 'judge'],
    ['Failed', 'Running', 'judge'],
    ['Canceled', 'Running', 'judge'],
    [undefined, undefined, 'judge'],
    ['Upgrading', 'Running', 'mark'],
    ['Updating', 'Running', 'mark'],
    ['Scaling', 'Running', 'mark'],
    ['Migrating', 'Running', 'mark'],
    ['ReconcilingClusterETCDCertificates', 'Running', 'mark'],
    ['SomethingNew', 'Running', 'mark'],
    ['Stopping', 'Running', 'ClusterStopping'],
    ['stopping', 'running', 'ClusterStopping'],
    ['Starting', 'Running', 'ClusterStarting'],
    ['Creating', 'Running', 'ClusterCreating'],
    ['Deleting', 'Running', 'ClusterDeleting'],
    ['Succeeded', 'Stopped', 'ClusterStopped'],
    ['Failed', 'Stopped', 'ClusterStopped'],
    ['Updating', 'Stopped', 'ClusterStopped'],
    ['Starting', 'Stopped', 'ClusterStarting'],
    ['Deleting', 'Stopped', 'ClusterDeleting'],
  ])('%s, %s: %s', (provisioning, power, treatment) => {
    expect(told(treatmentOfCluster(provisioning, power))).toBe(treatment);
  });
});

describe('the state of a pool', () => {
  it.each([
    ['Succeeded', 'judge'],
    ['Failed', 'judge'],
    [undefined, 'judge'],
    ['Upgrading', 'mark'],
    ['UpgradingNodeImageVersion', 'mark'],
    ['Creating', 'mark'],
    ['Scaling', 'mark'],
    ['Stopping', 'NodeStopping'],
    ['Starting', 'NodeStarting'],
    ['Deleting', 'Deleting'],
  ])('%s: %s', (provisioning, treatment) => {
    expect(told(treatmentOfPool(provisioning))).toBe(treatment);
  });
});
