import type { Host, HostExit } from './host/start-host.ts';

const MOST_DEATHS = 3;
const WITHIN_MS = 60_000;

/** An app that is restarted when it exits. */
export interface Kept {
  url: string;
  /** Resolves with its last exit, once it has exited too often within a minute or could not be restarted. */
  gaveUp: Promise<HostExit>;
  stop(): Promise<void>;
}

/**
 * Starts the app, and restarts it when it exits, as Azure does: its work in progress must survive that, and the user must see that it happened.
 *
 * @param start - with a port; 0 takes a free one, which it then keeps.
 */
export async function keepRunning(start: (port: number) => Promise<Host>, port: number, log: (line: string) => void): Promise<Kept> {
  let host = await start(port);
  let restart: Promise<unknown> = Promise.resolve();
  let isStopping = false;
  const { url } = host;
  const deaths: number[] = [];
  const watch = async (): Promise<HostExit> => {
    for (;;) {
      const exit = await host.exited;
      if (isStopping) return new Promise(() => {});
      deaths.push(Date.now());
      const how = exit.signal ?? `code ${exit.code}`;
      if (deaths.filter((at) => at > Date.now() - WITHIN_MS).length >= MOST_DEATHS) return exit;
      log(`The app exited (${how}); its last lines are above. Starting it again, as Azure would …`);
      const starting = start(Number(new URL(url).port)).catch((error: unknown) => {
        log(String(error));
        return undefined;
      });
      restart = starting;
      const next = await starting;
      if (next === undefined) return exit;
      host = next;
    }
  };
  const gaveUp = watch();
  return {
    url,
    gaveUp,
    async stop() {
      isStopping = true;
      await restart;
      await host.stop();
    },
  };
}
