// The only import of zod. In this form of it schemas are made by functions instead of methods, of which a bundle holds those that are used; the other one
// took an instance of `work` a tenth of the CPU time of its first message. It has no messages of its own: they are English.
import { en } from 'zod/locales';
import { config, type core, globalRegistry } from 'zod/mini';

export * from 'zod/mini';
export { $ZodError as ZodError } from 'zod/v4/core';

config(en());

/** What `describe` has said of a schema. */
export function descriptionOf(schema: core.$ZodType): string | undefined {
  return globalRegistry.get(schema)?.description;
}
