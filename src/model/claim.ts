import { z } from 'zod';

/** A claim: the one run that a node may have at any time. */
export const claim = z.object({
  /** The name of the slice's run, the same on every delivery of its message. */
  id: z.string(),
  nonce: z.string(),
  sweep: z.string(),
  startedAt: z.string(),
  /** Past it nobody will collect the run. */
  until: z.string(),
  /** Set once the run was folded as timed out; its poller is kept and asked once a sweep. */
  overdue: z.boolean().optional(),
});
export type Claim = z.output<typeof claim>;
