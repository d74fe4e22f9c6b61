import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { SimulatedNode } from './lay-out-fleet.ts';
import { type BlackHole, digBlackHole } from './open-blackhole.ts';
import type { ClusterServers } from './serve-clusters.ts';
import type { FaultBoard } from './switch-faults.ts';

/** Where a node reaches its API server. */
type ServerAddress = { host: string; port: number };

/** The listeners through which nodes reach their API servers, one for each node. */
export type NodeListeners = { addressFor(node: SimulatedNode): Promise<ServerAddress>; close(): Promise<void> };

type Door = { server: Server; address: ServerAddress; state: 'open' | 'shut' | BlackHole; change: Promise<void> };

/**
 * Opens a listener for a node when its address is first asked for, and adapts it to the node's faults.
 *
 * On Linux each node has a loopback address of its own, so that nothing else can listen on a port that must refuse connections.
 */
export function listenForNodes(nodes: readonly SimulatedNode[], board: FaultBoard, clusters: ClusterServers): NodeListeners {
  const doors = new Map<SimulatedNode, Promise<Door>>();
  const sockets = new Set<Socket>();
  const block = 64 + Math.floor(Math.random() * 128);
  const numbers = new Map(nodes.map((node, index) => [node, index + 1]));
  const hostOf = (node: SimulatedNode) => {
    const number = numbers.get(node) ?? 0;
    return process.platform === 'linux' ? `127.${block}.${Math.floor(number / 250) % 250}.${(number % 250) + 1}` : '127.0.0.1';
  };

  const openDoor = async (node: SimulatedNode): Promise<Door> => {
    const server = createServer((wire) => {
      sockets.add(wire);
      wire.once('close', () => sockets.delete(wire));
      clusters.accept(node, wire).catch(() => wire.destroy());
    });
    server.listen({ host: hostOf(node), port: 0 });
    await once(server, 'listening');
    const { address, port } = server.address() as AddressInfo;
    const door: Door = { server, address: { host: address, port }, state: 'open', change: Promise.resolve() };
    await applyFault(node, door);
    return door;
  };

  const applyFault = (node: SimulatedNode, door: Door): Promise<void> => {
    door.change = door.change
      .catch(() => {})
      .then(async () => {
        const fault = board.ofNode(node, 'server');
        const wanted = fault === 'refused' ? 'shut' : fault === 'black-hole' ? 'hole' : 'open';
        const is = typeof door.state === 'string' ? door.state : 'hole';
        if (wanted === is) return;
        if (door.state === 'open') door.server.close();
        if (typeof door.state !== 'string') await door.state.close();
        door.state = 'shut';
        if (wanted === 'hole') door.state = await digBlackHole(door.address.host, door.address.port);
        if (wanted === 'open') {
          door.server.listen(door.address);
          await once(door.server, 'listening');
          door.state = 'open';
        }
      });
    return door.change;
  };

  const forget = board.onChange(async (changed) => {
    await Promise.all(
      changed.map(async (node) => {
        const door = await doors.get(node);
        if (door !== undefined) await applyFault(node, door);
      }),
    );
  });

  return {
    async addressFor(node) {
      const opening = doors.get(node) ?? openDoor(node);
      doors.set(node, opening);
      return (await opening).address;
    },
    async close() {
      forget();
      for (const socket of sockets) socket.destroy();
      for (const opening of doors.values()) {
        const door = await opening;
        await door.change.catch(() => {});
        if (door.state === 'open') door.server.close();
        else if (door.state !== 'shut') await door.state.close();
      }
    },
  };
}
