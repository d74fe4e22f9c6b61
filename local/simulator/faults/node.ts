import { ofLayer } from './fault.ts';

/** Faults of the files and programs on the node itself. */
export const nodeFaults = ofLayer('node', {
  'client-cert-expired': {
    verdict: 'unreachable',
    reason: 'ClientCertificateExpired',
    sentence: 'The node’s client certificate expired yesterday: 401.',
  },
  'client-cert-unknown': {
    verdict: 'unreachable',
    reason: 'ClientCertificateForeign',
    sentence: 'Another cluster’s authority signed the node’s client certificate: 401.',
  },
  'kubeconfig-broken': {
    verdict: 'unreachable',
    reason: 'KubeconfigBroken',
    sentence: 'The node’s kubeconfig is cut off before it names a server.',
  },
  'kubeconfig-missing': {
    verdict: 'unreachable',
    reason: 'KubeconfigMissing',
    sentence: 'The node has no kubeconfig: it is not bootstrapped.',
  },
  'kubectl-slow': {
    verdict: 'unknown',
    reason: 'NodeTooSlow',
    sentence: 'The node is so busy that its kubectl takes 12 seconds before it begins.',
  },
  'kubectl-missing': { verdict: 'unknown', reason: 'KubectlMissing', sentence: 'The node has no kubectl.' },
});
