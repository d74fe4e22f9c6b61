import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { clockLeadDays } from './cluster-credentials.ts';
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
  request: IncomingMessage,
  response: ServerResponse,
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

function answer(request: IncomingMessage, response: ServerResponse, node: SimulatedNode, fault: FaultIn<'server'> | undefined): void {
  if (fault === 'clock-skew') response.setHeader('date', new Date(Date.now() + clockLeadDays * 24 * 3600 * 1000).toUTCString());
  const isKnown = (request.socket as TLSSocket).authorized && fault !== 'unauthorized';
  const { pathname } = new URL(request.url ?? '/', 'https://server');
  const { code, body, type } =
    fault === 'captive-html'
      ? captivePage
      : isKnown
        ? replyTo(request.method ?? 'GET', pathname, node, fault)
        : refuse(401, 'Unauthorized', 'Unauthorized');
  const text = typeof body === 'string' ? body : `${JSON.stringify(body, null, 2)}\n`;
  response.writeHead(code, {
    'audit-id': crypto.randomUUID(),
    'cache-control': 'no-cache, private',
    'content-type': type ?? (typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json'),
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

type Reply = { code: number; body: string | object; type?: string };

const captivePage: Reply = { code: 200, body: '<html><body>Please log in to use this network.</body></html>\n', type: 'text/html' };

function replyTo(method: string, path: string, node: SimulatedNode, fault: FaultIn<'server'> | undefined): Reply {
  const user = `system:node:${node.name}`;
  if (fault === 'forbidden') return refuse(403, 'Forbidden', `forbidden: User "${user}" cannot ${method.toLowerCase()} path "${path}"`);
  const isHealth = ['/livez', '/readyz'].includes(path);
  if (fault === 'overloaded' && !isHealth) return refuse(429, 'TooManyRequests', 'The API server is overloaded, please try again later.');
  if (fault === 'server-error') return refuse(500, 'InternalError', 'Internal error occurred: etcdserver: leader changed');
  if (fault === 'not-ready' && path === '/livez') return { code: 200, body: 'ok' };
  if (fault === 'not-ready') return refuse(503, 'ServiceUnavailable', 'apiserver is shutting down');
  if (path === '/version' || path === '/version/') return { code: 200, body: versionOf(node) };
  if (['/livez', '/readyz', '/healthz'].includes(path)) return { code: 200, body: 'ok' };
  return refuse(404, 'NotFound', 'the server could not find the requested resource');
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

function refuse(code: number, reason: string, message: string): Reply {
  return { code, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code } };
}
