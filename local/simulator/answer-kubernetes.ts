import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { answerNodeRequest, readyzOf } from './answer-node-request.ts';
import { clockLeadDays } from './cluster-credentials.ts';
import type { KubernetesReply } from './kubernetes-reply.ts';
import { refuse } from './kubernetes-reply.ts';
import type { SimulatedNode } from './lay-out-fleet.ts';
import type { FaultIn } from './switch-faults.ts';

const slowMs = 15_000;

/**
 * Answers one request to a node's API server, in the shapes of the real one.
 *
 * @param fault - the server fault in force for the node.
 * @param wire - the connection below TLS, to be reset where the fault says so.
 */
export function answerKubernetes(
  request: Http2ServerRequest,
  response: Http2ServerResponse,
  node: SimulatedNode,
  fault: FaultIn<'server'> | undefined,
  wire: Socket,
): void {
  request.resume();
  if (fault === 'slow') {
    const timer = setTimeout(() => answer(request, response, node, undefined), slowMs);
    response.once('close', () => clearTimeout(timer));
  } else if (fault === 'reset') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{\n  "major": ', () => wire.resetAndDestroy());
  } else answer(request, response, node, fault);
}

function answer(
  request: Http2ServerRequest,
  response: Http2ServerResponse,
  node: SimulatedNode,
  fault: FaultIn<'server'> | undefined,
): void {
  if (fault === 'clock-skew') response.setHeader('date', new Date(Date.now() + clockLeadDays * 24 * 3600 * 1000).toUTCString());
  const socket = request.socket as TLSSocket;
  const isKnown = (socket.authorized || isLetInAnonymously(request, node)) && fault !== 'unauthorized';
  const { code, body, type, headers } =
    fault === 'captive-html'
      ? captivePage
      : isKnown
        ? replyTo(request, node, fault, String(socket.getPeerCertificate().subject?.CN))
        : refuse(401, 'Unauthorized', 'Unauthorized');
  const text = typeof body === 'string' ? body : `${JSON.stringify(body, null, 2)}\n`;
  response.writeHead(code, {
    'audit-id': crypto.randomUUID(),
    'cache-control': 'no-cache, private',
    'content-type': type ?? (typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json'),
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

/** Whether a request without any credentials may see the version and the health, as the role system:public-info-viewer lets everybody. */
function isLetInAnonymously({ headers, socket, url }: Http2ServerRequest, { cluster }: SimulatedNode): boolean {
  const hasCertificate = Object.keys((socket as TLSSocket).getPeerCertificate() ?? {}).length > 0;
  return (
    cluster.spec.anonymous && !hasCertificate && headers.authorization === undefined && /^\/(version|livez|readyz|healthz)\b/.test(url)
  );
}

const captivePage: KubernetesReply = {
  code: 200,
  body: '<html><body>Please log in to use this network.</body></html>\n',
  type: 'text/html',
};

function replyTo(
  { method, url }: Http2ServerRequest,
  node: SimulatedNode,
  fault: FaultIn<'server'> | undefined,
  user: string,
): KubernetesReply {
  const { pathname: path, searchParams } = new URL(url, 'https://server');
  if (fault === 'forbidden') return refuse(403, 'Forbidden', `forbidden: User "${user}" cannot ${method.toLowerCase()} path "${path}"`);
  const isHealth = ['/livez', '/readyz'].includes(path);
  if (fault === 'overloaded' && !isHealth)
    return { ...refuse(429, 'TooManyRequests', 'The API server is overloaded, please try again later.'), headers: { 'retry-after': '1' } };
  if (fault === 'server-error') return refuse(500, 'InternalError', 'Internal error occurred: etcdserver: leader changed');
  if (fault === 'not-ready' && path === '/livez') return { code: 200, body: 'ok' };
  if (fault === 'not-ready' && path !== '/readyz') return refuse(503, 'ServiceUnavailable', 'apiserver is shutting down');
  if (path === '/version' || path === '/version/') return { code: 200, body: versionOf(node) };
  if (path === '/readyz') return readyzOf(fault, searchParams.has('verbose'));
  if (path === '/livez' || path === '/healthz') return { code: 200, body: 'ok' };
  return answerNodeRequest(path, node, fault, user) ?? refuse(404, 'NotFound', 'the server could not find the requested resource');
}

function versionOf(node: SimulatedNode) {
  const [major, minor] = node.cluster.spec.kubernetesVersion.split('.');
  return {
    major,
    minor,
    gitVersion: `v${node.cluster.spec.kubernetesVersion}`,
    gitCommit: '6c1b7c9a0a39f0e3f0d9a9a3f9c1d7a1b2c3d4e5',
    gitTreeState: 'clean',
    buildDate: '2025-09-10T05:17:23Z',
    goVersion: 'go1.24.6',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
}
