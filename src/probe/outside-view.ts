import { connect } from 'node:tls';

const PORT = 443;
const TIMEOUT_MS = 3000;

/** What the prober itself sees of an API server, as a clause that ends a message. */
export type OutsideView =
  | 'from outside: no view, the API server is private'
  | 'from outside: the API server answers, so look at the path of the node'
  | 'from outside: the API server does not answer either, so look at the control plane'
  | 'from outside: no view, the API server takes connections from authorized addresses alone'
  | 'from outside: no view, its name does not resolve there';

/** Options of `viewFromOutside`; the port and the timeout are for tests. */
export interface OutsideViewOptions {
  /** Whether the API server accepts only authorized addresses, so that no answer proves nothing. */
  restricted?: boolean;
  port?: number;
  timeoutMs?: number;
}

/**
 * Opens a TLS connection to a public API server from the prober itself, sends nothing, and says whether the API server answered.
 * If only the node fails, its own path is to blame; if the prober fails too, the control plane is.
 *
 * @param fqdn - name of the API server according to Azure; undefined if the cluster is private.
 */
export function viewFromOutside(
  fqdn: string | undefined,
  { restricted = false, port = PORT, timeoutMs = TIMEOUT_MS }: OutsideViewOptions = {},
): Promise<OutsideView> {
  if (fqdn === undefined) return Promise.resolve('from outside: no view, the API server is private');
  const silent: OutsideView = restricted
    ? 'from outside: no view, the API server takes connections from authorized addresses alone'
    : 'from outside: the API server does not answer either, so look at the control plane';
  return new Promise((resolve) => {
    // The certificate is from the cluster's own CA. Only the answer counts, and nothing is sent over the connection.
    const socket = connect({ host: fqdn, port, servername: fqdn, rejectUnauthorized: false, timeout: timeoutMs });
    const end = (view: OutsideView) => {
      socket.destroy();
      resolve(view);
    };
    socket.once('secureConnect', () => end('from outside: the API server answers, so look at the path of the node'));
    socket.once('timeout', () => end(silent));
    socket.once('error', ({ syscall }: NodeJS.ErrnoException) =>
      // If the prober's own DNS fails, the control plane must not be blamed.
      end(syscall === 'getaddrinfo' ? 'from outside: no view, its name does not resolve there' : silent),
    );
    socket.once('close', () => end(silent));
  });
}
