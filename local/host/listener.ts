/** What starts functions from outside. Both calls resolve; neither throws. */
export interface Listener {
  /** Accepts nothing new; resolves when the work in progress has finished. */
  stop(): Promise<void>;
  /** Gives back the work that had not finished when `stop` was cut short. */
  abandon(): Promise<void>;
}

/** Resolves after `ms`, or at once when the signal is raised; true when the time has passed. */
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
