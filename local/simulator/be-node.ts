// Runs inside a node's namespaces: opens what listens there, hands it to the simulator, and then runs the script.
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Listener } from './plan-world.ts';

const [listeners = '[]', ...command] = process.argv.slice(2);

/** Sends a handle away; once it has gone, this process must not take connections from it. */
const handOver = (role: string, handle: ReturnType<typeof createServer> | ReturnType<typeof createSocket>) =>
  new Promise<void>((resolve) => process.send?.(role, handle, {}, () => handle.close(() => resolve())));

async function open({ role, kind, host, port }: Listener): Promise<void> {
  if (kind === 'udp') {
    const socket = createSocket('udp4');
    socket.bind(port, host);
    await once(socket, 'listening');
    return handOver(role, socket);
  }
  const server = createServer();
  server.listen({ host, port });
  await once(server, 'listening');
  return handOver(role, server);
}

// Nothing keeps running here after the simulator has died.
process.once('disconnect', () => process.kill(0, 'SIGKILL'));
for (const listener of JSON.parse(listeners) as Listener[]) await open(listener);
const { NODE_CHANNEL_FD: _, NODE_CHANNEL_SERIALIZATION_MODE: __, ...env } = process.env;
const child = spawn(String(command[0]), command.slice(1), { env, stdio: ['ignore', 'inherit', 'inherit'] });
const [code] = await once(child, 'exit');
process.exit(code ?? 1);
