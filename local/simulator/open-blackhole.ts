import { once } from 'node:events';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';

/** An address where connecting never completes, until it is closed. */
export type BlackHole = { close(): Promise<void> };

// The thread listens and then stops for good, so nothing is ever accepted; it wakes only to close its socket.
const listenAndStop = `
  const { createServer } = require('node:net');
  const { parentPort, workerData } = require('node:worker_threads');
  const server = createServer();
  server.listen({ host: workerData.host, port: workerData.port, backlog: 1 }, () => {
    parentPort.postMessage('listening');
    Atomics.wait(workerData.gate, 0, 0);
    server.close();
  });
`;

/**
 * Makes an address that never completes a connection, without root: once the backlog is full and nobody empties it, further SYNs stay unanswered.
 *
 * @throws when the address is taken.
 */
export async function digBlackHole(host: string, port: number): Promise<BlackHole> {
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(listenAndStop, {
    eval: true,
    workerData: { host, port, gate },
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 },
  });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  await Promise.race([once(worker, 'message'), once(worker, 'exit')]);
  // A backlog of 1 holds two connections; the third is for systems that hold one more.
  const fillers = [0, 1, 2].map(() => connect({ host, port }).on('error', () => {}));
  await Promise.all(fillers.slice(0, 2).map((socket) => once(socket, 'connect').catch(() => {})));
  return {
    async close() {
      for (const socket of fillers) socket.destroy();
      Atomics.store(gate, 0, 1);
      Atomics.notify(gate, 0);
      await ended;
    },
  };
}
