import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { Socket } from 'node:net';
import { answerKubernetes } from './answer-kubernetes.ts';
import { type ClusterCredentials, createClusterCredentials, type ShownCertificate } from './cluster-credentials.ts';
import { greetPlainText } from './greet-plain-text.ts';
import type { SimulatedCluster, SimulatedNode } from './lay-out-fleet.ts';
import type { RequestLog } from './log-requests.ts';
import type { FaultBoard } from './switch-faults.ts';

/** The API servers of the fleet; a node's listener hands them its connections. */
export type ClusterServers = {
  credentialsOf(cluster: SimulatedCluster): Promise<ClusterCredentials>;
  /** Serves TLS and HTTP on a connection that a node opened. */
  accept(node: SimulatedNode, wire: Socket): Promise<void>;
  close(): void;
};

const faultyCertificates: ReadonlySet<string> = new Set<ShownCertificate>([
  'tls-expired',
  'tls-not-yet-valid',
  'clock-skew',
  'tls-wrong-name',
  'tls-unknown-ca',
  'tls-intercepted',
  'wrong-address',
]);

/** Serves the Kubernetes API of every cluster, each made when its first node connects. */
export function serveClusters(board: FaultBoard, log: RequestLog): ClusterServers {
  const credentials = new Map<SimulatedCluster, Promise<ClusterCredentials>>();
  const servers = new Map<string, Promise<Http2SecureServer>>();
  const wires = new Map<string, Socket>();

  const credentialsOf = (cluster: SimulatedCluster) => {
    const made = credentials.get(cluster) ?? createClusterCredentials(cluster);
    credentials.set(cluster, made);
    return made;
  };

  // These servers never listen: each connection is handed over, so the certificate is chosen when a node connects.
  const open = async (node: SimulatedNode, shown: ShownCertificate): Promise<Http2SecureServer> => {
    const { authority, showServer } = await credentialsOf(node.cluster);
    const { certificate, key } = await showServer(shown);
    // As the real one: HTTP/2, and HTTP/1.1 for whoever does not speak it.
    const tls = { cert: certificate, key, ca: authority.certificate, requestCert: true, rejectUnauthorized: false };
    const server = createSecureServer({ ...tls, allowHTTP1: true });
    server.on('request', (request, response) => {
      log.kubernetes();
      const wire = wires.get(keyOf(node, request.socket));
      if (wire === undefined) return void request.socket.destroy();
      answerKubernetes(request, response, node, board.ofNode(node, 'server'), wire);
    });
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    server.on('clientError', (_error, socket) => socket.destroy());
    return server;
  };

  return {
    credentialsOf,
    async accept(node, wire) {
      const fault = board.ofNode(node, 'server');
      wire.on('error', () => wire.destroy());
      if (fault === 'silent') {
        wire.resume();
        return;
      }
      const shown = fault !== undefined && faultyCertificates.has(fault) ? (fault as ShownCertificate) : 'own';
      const name = `${node.cluster.id} ${node.name} ${shown}`;
      const opened = servers.get(name) ?? open(node, shown);
      servers.set(name, opened);
      const key = keyOf(node, wire);
      wires.set(key, wire);
      wire.once('close', () => wires.delete(key));
      const server = await opened;
      greetPlainText(wire, (tls) => server.emit('connection', tls));
    },
    close() {
      for (const wire of wires.values()) wire.destroy();
    },
  };
}

// A node's port identifies its connection, below TLS and above; nodes with networks of their own share their addresses.
function keyOf(node: SimulatedNode, socket: Socket): string {
  return `${node.cluster.id} ${node.name} ${socket.remotePort}`;
}
