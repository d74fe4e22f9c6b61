/** What is named does not exist, or not any more: the command line is right, and the fleet has changed. */
export class NotFound extends Error {}
