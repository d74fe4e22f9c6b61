import { ofLayer } from './fault.ts';

/** Requests that Azure Resource Manager refuses or fails. */
export const armFaults = ofLayer('arm', {
  busy: {
    verdict: 'unknown',
    reason: 'NodeBusy',
    sentence: 'Somebody else’s run command is in progress on the node: 409.',
  },
  throttled: {
    verdict: 'unknown',
    sentence: 'Run Command is throttled: 429 with Retry-After. On several nodes it pauses their region, and they are not probed.',
  },
  'bad-gateway': { verdict: 'unknown', sentence: 'The run starts, but its POST is answered 502.' },
  'access-denied': {
    verdict: 'unknown',
    reason: 'AccessDenied',
    sentence: 'Azure refuses the prober with 403: to run commands on the node, or to read the subscription at all.',
  },
  'extensions-disallowed': {
    verdict: 'unknown',
    reason: 'ExtensionsDisallowed',
    sentence: 'The node’s machine allows no extension operations, and Run Command is one: 409.',
  },
  'scope-locked': {
    verdict: 'unknown',
    reason: 'ScopeLocked',
    sentence: 'A lock (ReadOnly) on the node resource group or the subscription forbids Run Command: 409.',
  },
  'subscription-disabled': {
    verdict: 'unknown',
    reason: 'SubscriptionDisabled',
    sentence: 'The subscription is disabled, and its resources can only be read: 409.',
  },
  'lists-throttled': {
    scopes: ['cluster', 'subscription'],
    verdict: 'notProbed',
    sentence: 'Listing scale sets and instances is throttled: 429 with Retry-After.',
  },
  'lists-broken': {
    scopes: ['cluster'],
    verdict: 'notProbed',
    sentence: 'The last page of each list of instances answers 500.',
  },
});
