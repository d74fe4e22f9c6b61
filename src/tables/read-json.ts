import type { z } from 'zod';
import { log } from '../log.ts';

/**
 * Reads JSON out of a row that an older or newer version, or a stranger, may have written: what cannot be read is set aside with a warning,
 * so that one row never stops a cluster or the fleet.
 *
 * @param fallback - what counts instead.
 */
export function readJson<S extends z.ZodType, F>(schema: S, text: unknown, fallback: F): z.output<S> | F {
  if (text === undefined || text === '') return fallback;
  try {
    const parsed = schema.safeParse(JSON.parse(String(text)));
    if (parsed.success) return parsed.data;
  } catch {
    // Told below, together with JSON of another shape.
  }
  log.warn(`set a stored value aside that could not be read: ${String(text).slice(0, 120)}`);
  return fallback;
}
