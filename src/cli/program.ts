/** The name of the installed program. */
export const PROGRAM = 'aks-fleet-prober';

/** How this process was called, for examples that can be copied: from the sources through npm, else by the name of the program. */
export const invocation = import.meta.url.endsWith('.ts') ? 'npm run --silent cli --' : PROGRAM;
