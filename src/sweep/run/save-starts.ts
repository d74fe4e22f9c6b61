import { setTimeout as sleep } from 'node:timers/promises';
import type { Started } from '../../model/start.ts';
import type { Tables } from '../../tables/open-tables.ts';
import { putStarted } from '../../tables/start-rows.ts';

/** For how long answers are gathered before a write: what a dying process may lose of them is started again. */
const GATHER_MS = 200;

/** Saves how starts went while others are still awaited. */
export interface StartSaver {
  /** Has one saved, with whatever else has come by the time that the write before it is done. */
  save(node: string, start: Started): void;
  /**
   * Waits until all are saved.
   *
   * @throws the first error of a write; what came after it was tried all the same.
   */
  done(): Promise<void>;
}

/**
 * Saves each start of a run soon after it is answered: a process that dies over the slowest of a slice must not take the pollers of the others
 * with it. One write at a time, so that many that are answered together cost one.
 *
 * @param run - the name of the slice's run.
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
