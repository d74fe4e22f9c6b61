import type { Host, HostExit } from './host/start-host.ts';

const MOST_DEATHS = 3;
const WITHIN_MS = 60_000;

/** An app that is started again where it ends by itself. */
export interface Kept {
  url: string;
  /** Resolves where it ended so often within a minute, or did not start again, that there is no use in going on: how it ended. */
  gaveUp: Promise<HostExit>;
  stop(): Promise<void>;
}

/**
 * Starts the app, and again where it ends by itself, as Azure does: what it had under way must survive that, and whoever looks on has to see it.
 *
 * @param start - with a port; 0 takes a free one, which it then keeps.
 */
export async function keepRunning(start: (port: number) => Promise<Host>, port: number, tell: (line: string) => void): Promise<Kept> {
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
      tell(`The app ended by itself (${how}); its last lines stand above. Starting it again, as Azure would …`);
      const starting = start(Number(new URL(url).port)).catch((error: unknown) => {
        tell(String(error));
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
