import type * as z from '../zod.ts';
import { readJson } from './read-json.ts';

// A string property holds at most 32 K characters, an entity 1 MiB.
const CHUNK = 30_000;

/** Stores a value as JSON in properties `<name>0`, `<name>1`, …, as many as it needs. */
export function toLongJson(name: string, value: unknown): Record<string, string> {
  const text = JSON.stringify(value);
  const properties: Record<string, string> = {};
  for (let from = 0; from < text.length; from += CHUNK) properties[`${name}${from / CHUNK}`] = text.slice(from, from + CHUNK);
  return properties;
}

/**
 * Reads a value that `toLongJson` stored.
 *
 * @param fallback - returned if the row does not have the value or it cannot be read.
 */
export function fromLongJson<S extends z.ZodMiniType, F>(
  schema: S,
  name: string,
  row: Readonly<Record<string, unknown>>,
  fallback: F,
): z.output<S> | F {
  let text = '';
  for (let part = 0; typeof row[`${name}${part}`] === 'string'; part++) text += row[`${name}${part}`] as string;
  return readJson(schema, text, fallback);
}
