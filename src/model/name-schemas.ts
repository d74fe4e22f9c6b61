import * as z from '../zod.ts';
import { isNodeName } from './node-name.ts';
import { parseClusterId } from './resource-id.ts';

const lower = (text: string) => text.toLowerCase();

/** Schema of a cluster id from a caller, in any letter case; parses to lower case. `expected` is the error message for anything else. */
export const clusterIdSchema = (expected: string) =>
  z
    .pipe(z.string().check(z.maxLength(400, expected)), z.transform(lower))
    .check(z.refine((id) => parseClusterId(id) !== undefined, expected));

/** Schema of a node name from a caller, in any letter case; parses to lower case. `expected` is the error message for anything else. */
export const nodeNameSchema = (expected: string) =>
  z.pipe(z.string().check(z.maxLength(253, expected)), z.transform(lower)).check(z.refine(isNodeName, expected));

const label = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
// The last label must begin with a letter, which excludes IP addresses in any notation.
const hostName = new RegExp(`^(?=.{1,253}$)(?:${label}\\.)+(?=[a-z])${label}$`, 'i');

/** Schema of a fully qualified host name, which is not an IP address. Anything else parses to undefined. */
export const hostNameSchema = z.catch(z.optional(z.string().check(z.regex(hostName))), undefined);
