/** Something that the caller has to mend in the command line. */
export class UsageError extends Error {}
