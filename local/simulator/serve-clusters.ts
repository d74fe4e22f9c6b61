import { createServer, type Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { answerKubernetes } from './answer-kubernetes.ts';
import { type ClusterCredentials, createClusterCredentials, type ShownCertificate } from './cluster-credentials.ts';
import type { SimulatedCluster, SimulatedNode } from './lay-out-fleet.ts';
import type { FaultBoard } from './switch-faults.ts';

/** The API servers of the fleet; a node's listener hands them its connections. */
export type ClusterServers = {
  credentialsOf(cluster: SimulatedCluster): Promise<ClusterCredentials>;
  /** Speaks TLS and HTTP on a connection that a node made. */
  accept(node: SimulatedNode, wire: Socket): Promise<void>;
  close(): void;
};

const faultyCertificates: ReadonlySet<string> = new Set<ShownCertificate>([
  'tls-expired',
  'tls-not-yet-valid',
  'tls-wrong-name',
  'tls-unknown-ca',
]);

/** Serves the Kubernetes API of every cluster, each made when its first node connects. */
export function serveClusters(board: FaultBoard): ClusterServers {
  const credentials = new Map<SimulatedCluster, Promise<ClusterCredentials>>();
  const servers = new Map<string, Promise<HttpsServer>>();
  const wires = new Map<string, { node: SimulatedNode; wire: Socket }>();

  const credentialsOf = (cluster: SimulatedCluster) => {
    const made = credentials.get(cluster) ?? createClusterCredentials(cluster);
    credentials.set(cluster, made);
    return made;
  };

  // These servers never listen: each connection is handed over, so the certificate is chosen when a node connects.
  const open = async (cluster: SimulatedCluster, shown: ShownCertificate): Promise<HttpsServer> => {
    const { authority, showServer } = await credentialsOf(cluster);
    const { certificate, key } = await showServer(shown);
    const server = createServer({ cert: certificate, key, ca: authority.certificate, requestCert: true, rejectUnauthorized: false });
    server.on('request', (request, response) => {
      const known = wires.get(keyOf(request.socket));
      if (known === undefined) return response.destroy();
      answerKubernetes(request, response, known.node, board.ofNode(known.node, 'server'), known.wire);
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
      const name = `${node.cluster.id} ${shown}`;
      const opened = servers.get(name) ?? open(node.cluster, shown);
      servers.set(name, opened);
      const key = keyOf(wire);
      wires.set(key, { node, wire });
      wire.once('close', () => wires.delete(key));
      (await opened).emit('connection', wire);
    },
    close() {
      for (const { wire } of wires.values()) wire.destroy();
    },
  };
}

// The two ends of a connection name it, below TLS and above.
function keyOf(socket: Socket): string {
  return `${socket.localAddress} ${socket.localPort} ${socket.remoteAddress} ${socket.remotePort}`;
}
