import { ofLayer } from './fault.ts';

/** Faults of what the API server answers over HTTP. */
export const answerFaults = ofLayer('server', {
  unauthorized: {
    verdict: 'unreachable',
    reason: 'Unauthorized',
    sentence: 'The API server does not know the node’s credentials: 401.',
  },
  forbidden: {
    verdict: 'unreachable',
    reason: 'Forbidden',
    sentence: 'The API server forbids the node’s requests: 403.',
  },
  overloaded: {
    verdict: 'unreachable',
    reason: 'ServerOverloaded',
    sentence: 'The API server sheds load: 429 to all requests but those for its health.',
  },
  'server-error': {
    verdict: 'unreachable',
    reason: 'ServerError',
    sentence: 'The API server answers 500.',
  },
  'not-ready': {
    verdict: 'unreachable',
    reason: 'ServerNotReady',
    sentence: 'The API server is live but not ready: 503, except on /livez.',
  },
  'etcd-down': {
    verdict: 'reachable',
    reason: 'EtcdUnavailable',
    sentence: 'The API server lives and gets no answer from etcd: 500 for everything that is kept there, and on /readyz.',
  },
  'not-authorized': {
    verdict: 'reachable',
    reason: 'NodeNotAuthorized',
    sentence: 'The API server knows the node and denies it its own object and lease: 403.',
  },
  'not-registered': {
    verdict: 'reachable',
    reason: 'NodeNotRegistered',
    sentence: 'The API server has no node of that name: 404.',
  },
  'captive-html': {
    verdict: 'unreachable',
    reason: 'UnexpectedAnswer',
    sentence: 'A log-in page answers instead of the API server: 200 with HTML.',
  },
});
