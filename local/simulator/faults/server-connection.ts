import { ofLayer } from './fault.ts';

/** Faults on the way to the API server: its name, the route, the TCP connection, and what becomes of a connection that is made. */
export const connectionFaults = ofLayer('server', {
  refused: {
    verdict: 'unreachable',
    reason: 'ConnectionRefused',
    sentence: 'The API server’s port refuses connections.',
  },
  'black-hole': {
    verdict: 'unreachable',
    reason: 'ConnectionTimedOut',
    sentence: 'Packets to the API server vanish: connecting never completes.',
  },
  'name-not-found': {
    verdict: 'unreachable',
    reason: 'NameNotFound',
    needsNamespaces: true,
    sentence: 'No resolver knows the name of the API server.',
  },
  'resolver-silent': {
    verdict: 'unreachable',
    reason: 'DnsTimeout',
    needsNamespaces: true,
    sentence: 'The node’s resolver never answers.',
  },
  'resolver-differs': {
    verdict: 'unreachable',
    reason: 'ResolverDiffers',
    needsNamespaces: true,
    sentence: 'The node’s resolver denies the name that Azure’s own resolver knows.',
  },
  'wrong-address': {
    verdict: 'unreachable',
    reason: 'ServerCertificateWrongName',
    needsNamespaces: true,
    sentence: 'The name of the API server resolves to the address of another cluster’s.',
  },
  'stale-address': {
    scopes: ['node', 'cluster'],
    verdict: 'unreachable',
    reason: 'ConnectionTimedOut',
    needsNamespaces: true,
    sentence: 'The name of the API server resolves to an address at which nothing is any longer.',
  },
  'no-route': {
    verdict: 'unreachable',
    reason: 'NoRoute',
    needsNamespaces: true,
    sentence: 'The node has no route to the API server.',
  },
  'no-egress': {
    verdict: 'unreachable',
    reason: 'NoEgress',
    needsNamespaces: true,
    sentence: 'Packets to the API server and to everything else outside vanish.',
  },
  silent: {
    verdict: 'unreachable',
    reason: 'ServerSilent',
    sentence: 'The API server accepts connections and never answers TLS.',
  },
  slow: {
    verdict: 'unreachable',
    reason: 'HttpTimedOut',
    sentence: 'The API server answers each request after 15 seconds.',
  },
  reset: {
    verdict: 'unreachable',
    reason: 'ConnectionReset',
    sentence: 'The connection is reset in the middle of the answer.',
  },
});
