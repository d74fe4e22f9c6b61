import { setTimeout as sleep } from 'node:timers/promises';
import type { Started } from '../../model/start.ts';
import type { Tables } from '../../tables/open-tables.ts';
import { putStarted } from '../../tables/start-rows.ts';

/** How long starts are gathered before a write. Those that a crash loses meanwhile are started again. */
const GATHER_MS = 200;

/** Saves starts while others are still awaited. */
export interface StartSaver {
  /** Queues a start to be saved, together with others that come before the next write. */
  save(node: string, start: Started): void;
  /**
   * Waits until all are saved.
   *
   * @throws the first error of a write; later writes were still tried.
   */
  done(): Promise<void>;
}

/**
 * Saves each start of a run soon after Azure has answered, so that a crash while the slowest start of a slice is awaited does not lose the pollers
 * of the others. There is one write at a time, so that many starts need few writes.
 *
 * @param run - the id of the slice's run.
 */
export function saveStarts(tables: Tables, run: string): StartSaver {
  let waiting = new Map<string, Started>();
  let writing: Promise<void> | undefined;
  let failure: { error: unknown } | undefined;
  const all = new AbortController();
  const writeAll = async () => {
    while (waiting.size > 0) {
      await sleep(GATHER_MS, undefined, { signal: all.signal }).catch(() => {});
      const batch = waiting;
      waiting = new Map();
      await putStarted(tables, run, batch).catch((error: unknown) => {
        failure ??= { error };
      });
    }
    writing = undefined;
  };
  return {
    save(node, start) {
      waiting.set(node, start);
      writing ??= writeAll();
    },
    async done() {
      all.abort();
      await writing;
      if (failure !== undefined) throw failure.error;
    },
  };
}
