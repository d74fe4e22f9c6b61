import { z } from 'zod';

/** What sinks know of a condition that stands, by their names, as it is stored. */
export const standingMarks = z.record(z.string(), z.object({ since: z.string(), started: z.boolean(), ended: z.boolean() }));
