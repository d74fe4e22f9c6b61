import { connect } from 'node:tls';

const PORT = 443;
const TIMEOUT_MS = 3000;

/** How an API server looks from where the prober runs, in words that end a message. */
export type OutsideView =
  | 'from outside: no view, the API server is private'
  | 'from outside: the API server answers, so look at the path of the node'
  | 'from outside: the API server does not answer either, so look at the control plane'
  | 'from outside: no view, the API server takes connections from authorized addresses alone'
  | 'from outside: no view, its name does not resolve there';

/** How to look; where, for tests against a server of their own. */
export interface Lookout {
  /** Whether the API server refuses strangers, so that its silence says nothing. */
  restricted?: boolean;
  port?: number;
  timeoutMs?: number;
}

/**
 * Opens TCP and TLS to a public API server from the prober itself, sends nothing, and tells whether it got through:
 * a node that fails alone has its own path to blame, one that fails with the prober has the control plane.
 *
 * @param fqdn - name of the API server as Azure tells it; undefined where the cluster is private.
 */
export function lookFromOutside(
  fqdn: string | undefined,
  { restricted = false, port = PORT, timeoutMs = TIMEOUT_MS }: Lookout = {},
): Promise<OutsideView> {
  if (fqdn === undefined) return Promise.resolve('from outside: no view, the API server is private');
  const silent: OutsideView = restricted
    ? 'from outside: no view, the API server takes connections from authorized addresses alone'
    : 'from outside: the API server does not answer either, so look at the control plane';
  return new Promise((resolve) => {
    // The certificate is the cluster's own: an answer is what counts, and nothing is sent over it.
    const socket = connect({ host: fqdn, port, servername: fqdn, rejectUnauthorized: false, timeout: timeoutMs });
    const end = (view: OutsideView) => {
      socket.destroy();
      resolve(view);
    };
    socket.once('secureConnect', () => end('from outside: the API server answers, so look at the path of the node'));
    socket.once('timeout', () => end(silent));
    socket.once('error', ({ syscall }: NodeJS.ErrnoException) =>
      // A prober without DNS must not accuse a control plane.
      end(syscall === 'getaddrinfo' ? 'from outside: no view, its name does not resolve there' : silent),
    );
    socket.once('close', () => end(silent));
  });
}
