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

const label = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
// A last label that begins with a letter is no part of an IP address, in whatever notation.
const hostName = new RegExp(`^(?=.{1,253}$)(?:${label}\\.)+(?=[a-z])${label}$`, 'i');

/** A name that is resolved before anything connects to it, with its domain: no IP address. Anything else counts as absent. */
export const hostNameSchema = z.string().regex(hostName).optional().catch(undefined);
