import type { Socket as UdpSocket } from 'node:dgram';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import type { Server, Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answerDns } from './answer-dns.ts';
import { answerImds } from './answer-imds.ts';
import type { WorldPlan } from './plan-world.ts';

/** How a run enters a node's namespaces, and what the simulator answers there. */
export type NodeEntry = {
  /** Wraps a command, so that it runs in the node's namespaces. */
  wrap(command: string[]): string[];
  /** Takes what listens in the node's world. */
  adopt(role: unknown, handle: unknown): void;
  /** Closes what was adopted. */
  leave(): void;
};

type World = {
  /** The host name of the node, and the id of its machine. */
  name: string;
  machineId: string;
  plan: WorldPlan;
  /** The kubectl at the node's `/opt/bin/kubectl`, if it has one. */
  kubectl?: string;
  /** PEM of the authorities that the node trusts for the outside. */
  authorities: string;
  acceptServer(wire: Socket): void;
  acceptOutside(wire: Socket): void;
};

const launcher = fileURLToPath(new URL('./node-entrypoint.sh', import.meta.url));
const resident = fileURLToPath(new URL('./be-node.ts', import.meta.url));

/**
 * Writes down a node's world for the launcher.
 *
 * @param folder - the node's; its `kubelet` and `download` show in that world.
 */
export async function enterNode(folder: string, world: World): Promise<NodeEntry> {
  const { name, machineId, plan, kubectl, authorities, acceptServer, acceptOutside } = world;
  const etc = join(folder, 'etc');
  await Promise.all(['etc', 'kubelet', 'download', 'world'].map((name) => mkdir(join(folder, name), { recursive: true })));
  await rm(join(folder, 'kubectl'), { force: true });
  await Promise.all([
    writeFile(join(folder, 'network'), plan.network),
    writeFile(join(folder, 'machine'), `${machineId}\n`),
    writeFile(join(folder, 'hostname'), `${name}\n`),
    writeFile(join(etc, 'resolv.conf'), `nameserver ${plan.resolver}\n`),
    writeFile(join(etc, 'hosts'), '127.0.0.1 localhost\n'),
    // Otherwise a resolver of the machine could answer through a socket of its own.
    writeFile(join(etc, 'nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files dns\n'),
    writeFile(join(etc, 'authorities.pem'), authorities),
    ...(kubectl === undefined ? [] : [symlink(kubectl, join(folder, 'kubectl'))]),
  ]);
  const leaving: (() => void)[] = [];
  let hasLeft = false;

  const adoptTcp = (server: Server, accept: (wire: Socket) => void) => {
    const wires = new Set<Socket>();
    server.on('connection', (wire: Socket) => {
      wires.add(wire);
      wire.on('error', () => wire.destroy());
      wire.once('close', () => wires.delete(wire));
      accept(wire);
    });
    leaving.push(() => {
      server.close();
      for (const wire of wires) wire.destroy();
    });
  };
  const adoptUdp = (socket: UdpSocket, role: 'azure-dns' | 'custom-dns') => {
    socket.on('error', () => {});
    let isOpen = true;
    socket.on('message', async (query, { address, port }) => {
      const answer = await answerDns(query, plan.lookups[role]);
      if (answer !== undefined && isOpen) socket.send(answer, port, address);
    });
    leaving.push(() => {
      isOpen = false;
      socket.close();
    });
  };

  return {
    wrap: (command) => [
      'unshare',
      ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
      '--mount',
      '--net',
      '--uts',
      '/bin/sh',
      launcher,
      folder,
      process.execPath,
      resident,
      JSON.stringify(plan.listeners),
      ...command,
    ],
    adopt(role, handle) {
      // What is handed over when the node is left already would be open for ever.
      if (hasLeft) return void (handle as Server | UdpSocket | undefined)?.close();
      if (role === 'api-server') adoptTcp(handle as Server, acceptServer);
      else if (role === 'outside') adoptTcp(handle as Server, acceptOutside);
      else if (role === 'imds') adoptTcp(handle as Server, (wire) => answerImds(wire, machineId));
      else if (role === 'azure-dns' || role === 'custom-dns') adoptUdp(handle as UdpSocket, role);
    },
    leave() {
      hasLeft = true;
      for (const act of leaving.splice(0)) act();
    },
  };
}
