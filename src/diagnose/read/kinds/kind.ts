import * as z from '../../../zod.ts';

/** How resources of one type are read. */
export interface Kind<T> {
  apiVersion: string;
  /** The right that it needs; `diagnosisActions` has all of them. */
  action: string;
  /** Reads the body of an answer; it throws a ZodError where the body says too little to judge by. */
  parse(body: unknown): T;
}

/** Declares a kind of resources by the schema of its body. */
export function kindOf<S extends z.ZodMiniType>(action: string, apiVersion: string, schema: S): Kind<z.output<S>> {
  return { action, apiVersion, parse: (body) => schema.parse(body) };
}

export const NETWORK = '2025-03-01';

/** A reference to another resource. */
export const reference = z.object({ id: z.string() });
const references = z.nullish(z.array(reference));

/** The ids of some references. */
export const idsOf = (list: z.output<typeof references>): string[] => (list ?? []).map(({ id }) => id);
export { references };

/** A list of texts; Azure leaves it out where it is empty. */
export const texts = z.pipe(
  z.nullish(z.array(z.string())),
  z.transform((list) => list ?? []),
);

/** Joins the singular and the plural field in which Azure writes one thing. */
export const oneOrMany = (one: string | null | undefined, many: readonly string[]): string[] => [
  ...(one === null || one === undefined || one === '' ? [] : [one]),
  ...many,
];
