import { openServer } from './ask-server.ts';
import { runDescribe } from './describe.ts';
import { runGet } from './get.ts';
import type { ServerOptions } from './server-options.ts';
import { runWatch } from './watch.ts';

/** Runs a command that asks a deployed service. Returns the exit status. */
export async function runServerCommand(command: 'get' | 'describe' | 'watch', options: ServerOptions): Promise<number> {
  const server = openServer(options.server);
  switch (command) {
    case 'get':
      return runGet(server, options);
    case 'describe':
      return runDescribe(server, options);
    case 'watch':
      return runWatch(server, options);
  }
}
