/** The node that is named does not exist, or not any more: the command line is right, and the fleet has changed. */
export class NoSuchNode extends Error {}
