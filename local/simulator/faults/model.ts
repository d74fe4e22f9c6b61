import { ofLayer } from './fault.ts';

/** What Azure has, or no longer has: instances, clusters, node resource groups. */
export const modelFaults = ofLayer('model', {
  gone: {
    verdict: 'notProbed',
    sentence: 'The instance is deleted: absent from lists, 404 or 400 when asked.',
  },
  replaced: {
    verdict: 'reachable',
    sentence: 'Another instance has taken the name of this one: its vmId differs.',
  },
  deallocated: { verdict: 'notProbed', sentence: 'The instance is deallocated.' },
  'cluster-stopped': {
    scopes: ['cluster'],
    verdict: 'notProbed',
    finding: 'ClusterStopped',
    sentence: 'The cluster is stopped, its instances deallocated.',
  },
  'cluster-stopping': {
    scopes: ['cluster'],
    verdict: 'notProbed',
    reason: 'ClusterStopping',
    sentence: 'The cluster is being stopped, its instances still running.',
  },
  'cluster-deleting': {
    scopes: ['cluster'],
    verdict: 'notProbed',
    reason: 'ClusterDeleting',
    sentence: 'The cluster is being deleted, its instances still running.',
  },
  'cluster-gone': {
    scopes: ['cluster'],
    verdict: 'notProbed',
    sentence: 'The cluster is deleted, with its node resource group.',
  },
  'cluster-unlisted': {
    scopes: ['cluster'],
    verdict: 'reachable',
    sentence: 'Azure leaves the cluster out of its list, but returns it when asked by name.',
  },
  'cluster-hidden': {
    scopes: ['cluster'],
    verdict: 'notProbed',
    reason: 'AccessDenied',
    sentence: 'The right to read the cluster was taken away: it is left out of the list, and 403 when asked by name.',
  },
  'node-group-gone': {
    scopes: ['cluster'],
    verdict: 'notProbed',
    reason: 'NodeGroupMissing',
    sentence: 'The node resource group was deleted by hand; the cluster is still listed.',
  },
  untagged: {
    scopes: ['cluster'],
    verdict: 'reachable',
    sentence: 'The cluster’s scale sets have lost their tags, which say to which pool they belong.',
  },
  'cluster-locked': {
    scopes: ['cluster'],
    verdict: 'notProbed',
    sentence: 'The node resource group is locked (ReadOnly): 403 DenyAssignmentAuthorizationFailed.',
  },
});
