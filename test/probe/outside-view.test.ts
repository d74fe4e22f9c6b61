import { createServer as createTcpServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { createCertificateAuthority } from '../../local/simulator/certificate-authority.ts';
import { viewFromOutside } from '../../src/probe/outside-view.ts';

const open: Server[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function listen(server: Server): Promise<number> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

it('says that a private API server cannot be seen', async () => {
  expect(await viewFromOutside(undefined)).toBe('from outside: no view, the API server is private');
});

it('sees an API server that answers, whoever signed its certificate, and sends it nothing', async () => {
  const authority = await createCertificateAuthority('ca');
  const { certificate, key } = await authority.issue('server', { commonName: 'api' });
  const received: Buffer[] = [];
  const server = createTlsServer({ cert: certificate, key }, (socket) =>
    socket.on('error', () => {}).on('data', (data) => received.push(data)),
  );
  expect(await viewFromOutside('localhost', { port: await listen(server), timeoutMs: 60_000 })).toBe(
    'from outside: the API server answers, so look at the path of the node',
  );
  expect(received).toEqual([]);
});

const silentToo = 'from outside: the API server does not answer either, so look at the control plane';

it('sees one that refuses', async () => {
  const server = createTcpServer();
  const port = await listen(server);
  await new Promise((resolve) => open.pop()!.close(resolve));
  expect(await viewFromOutside('127.0.0.1', { port })).toBe(silentToo);
});

it('concludes nothing from the silence of one that takes connections from authorized addresses alone', async () => {
  const server = createTcpServer((socket) => socket.on('error', () => {}).resume());
  expect(await viewFromOutside('127.0.0.1', { restricted: true, port: await listen(server), timeoutMs: 100 })).toBe(
    'from outside: no view, the API server takes connections from authorized addresses alone',
  );
});

it('sees one that accepts and stays silent', async () => {
  const server = createTcpServer((socket) => socket.on('error', () => {}).resume());
  expect(await viewFromOutside('127.0.0.1', { port: await listen(server), timeoutMs: 100 })).toBe(silentToo);
});

it('sees one that hangs up', async () => {
  const server = createTcpServer((socket) =>
    socket
      .on('error', () => {})
      .resume()
      .end(),
  );
  expect(await viewFromOutside('127.0.0.1', { port: await listen(server) })).toBe(silentToo);
});

it('accuses nobody when the name does not resolve where the prober runs', async () => {
  expect(await viewFromOutside('no..such.name')).toBe('from outside: no view, its name does not resolve there');
});
