import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { CertificateAuthority } from './certificate-authority.ts';

/**
 * Makes everything that nodes reach besides their API server: one server with a certificate for any name.
 *
 * It answers `/v2/` as a registry does.
 *
 * @param authority - which the nodes trust.
 * @returns what serves TLS and HTTP on a connection that a node opened.
 */
export function serveOutside(authority: CertificateAuthority): (wire: Socket) => void {
  const contexts = new Map<string, Promise<SecureContext>>();
  const issue = async (name: string) => {
    const { certificate, key } = await authority.issue('server', { commonName: 'outside', dnsNames: [name] });
    return createSecureContext({ cert: certificate, key });
  };
  const server = createServer({
    SNICallback(name, done) {
      const context = contexts.get(name) ?? issue(name);
      contexts.set(name, context);
      context.then((found) => done(null, found), done);
    },
  });
  server.on('request', (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return (wire) => void server.emit('connection', wire);
}
