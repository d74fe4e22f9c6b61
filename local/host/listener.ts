/** What feeds functions from outside. Both calls settle; neither throws. */
export interface Listener {
  /** Takes nothing new; resolves when what is under way has finished. */
  stop(): Promise<void>;
  /** Gives back what `stop` did not see the end of. */
  abandon(): Promise<void>;
}

/** Resolves after `ms`, or at once when the signal is raised; true when the time has really passed. */
export async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve(!signal.aborted);
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener('abort', wake);
  });
}
