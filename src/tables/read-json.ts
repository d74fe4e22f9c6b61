import { log } from '../log.ts';
import type * as z from '../zod.ts';

/**
 * Reads JSON from a row that another version or another program may have written. A value that cannot be read is ignored with a warning,
 * so that one bad row never stops a cluster or the fleet.
 *
 * @param fallback - returned if the text is absent or cannot be read.
 */
export function readJson<S extends z.ZodMiniType, F>(schema: S, text: unknown, fallback: F): z.output<S> | F {
  if (text === undefined || text === '') return fallback;
  try {
    const parsed = schema.safeParse(JSON.parse(String(text)));
    if (parsed.success) return parsed.data;
  } catch {
    // Reported below, together with JSON of another shape.
  }
  log.warn(`ignored a stored value that could not be read: ${String(text).slice(0, 120)}`);
  return fallback;
}
