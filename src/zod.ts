// zod as `src` uses it. In zod/mini, functions make schemas, of which a bundle holds those that are used; with the methods of `zod`, an instance of `work`
// took a tenth more CPU time for its first message. zod/mini has no messages until it is told their language.
import { en } from 'zod/locales';
import { config, type core, describe, globalRegistry, type ZodMiniType } from 'zod/mini';

export * from 'zod/mini';
export { $ZodError as ZodError } from 'zod/v4/core';

config(en());

/** A schema with what it means, for people: the description of the API and the reference say it. */
export function described<S extends ZodMiniType>(schema: S, meaning: string): S {
  return schema.check(describe(meaning));
}

/** What a schema means, where it says so. */
export function meaningOf(schema: core.$ZodType): string | undefined {
  return globalRegistry.get(schema)?.description;
}
