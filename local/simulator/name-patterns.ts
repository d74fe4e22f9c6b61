import { z } from 'zod';

/** A text of a fleet that must match a pattern; `expected` says in words what it should be. */
export const named = (pattern: RegExp, expected: string) => z.string().regex(pattern, { error: `expected ${expected}` });

/** The name of a resource or a resource group. */
export const resourceName = named(
  /^[A-Za-z0-9][A-Za-z0-9._()-]{0,88}[A-Za-z0-9_()-]$|^[A-Za-z0-9]$/,
  'a name of letters, digits and -_.()',
);
