import type { Tables } from './open-tables.ts';

/** What a process remembers of the tables that it reads: the newest values by key, so that none of them is read twice. */
export interface Remembered<T> {
  get(tables: Tables, key: string): T | undefined;
  put(tables: Tables, key: string, value: T): void;
}

/** @param most - how many values are remembered; the oldest is forgotten first. */
export function rememberNewest<T>(most: number): Remembered<T> {
  const known = new WeakMap<Tables, Map<string, T>>();
  return {
    get: (tables, key) => known.get(tables)?.get(key),
    put(tables, key, value) {
      const values = known.get(tables) ?? new Map<string, T>();
      known.set(tables, values);
      values.set(key, value);
      if (values.size > most) values.delete(values.keys().next().value!);
    },
  };
}
