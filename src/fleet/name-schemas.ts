import { z } from 'zod';
import { isNodeName } from './node-name.ts';
import { parseClusterId } from './resource-id.ts';

const lower = (text: string) => text.toLowerCase();

/** A cluster id from outside: in any letter case, and in lower case once it is read; `expected` is said of anything else. */
export const clusterIdSchema = (expected: string) =>
  z
    .string()
    .max(400, expected)
    .transform(lower)
    .refine((id) => parseClusterId(id) !== undefined, expected);

/** The name of a node from outside: in any letter case, and in lower case once it is read; `expected` is said of anything else. */
export const nodeNameSchema = (expected: string) => z.string().max(253, expected).transform(lower).refine(isNodeName, expected);
