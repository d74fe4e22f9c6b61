import { format } from 'node:util';

const LEVELS = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'] as const;
export type LogLevel = (typeof LEVELS)[number];

/** Writes one line to stderr when the level is at or above the threshold. `source` is a function's name, or `host`. */
export type Log = (level: LogLevel, source: string, message: string) => void;

/**
 * Makes the host's log: one line each, `[source] message`, on stderr, since stdout holds nothing but the ready line.
 * @param threshold - Lowest level that is written; `info` stands for `information`, an unknown word for `warning`.
 */
export function createLog(threshold: string): Log {
  const wanted = threshold.toLowerCase() === 'info' ? 'information' : threshold.toLowerCase();
  const known: readonly string[] = LEVELS;
  const lowest = known.includes(wanted) ? known.indexOf(wanted) : known.indexOf('warning');
  return (level, source, message) => {
    if (LEVELS.indexOf(level) >= lowest) process.stderr.write(`[${source}] ${toOneLine(message)}\n`);
  };
}

/** Sends what the app prints with `console` to the log, as the real host does. */
export function captureConsole(log: Log): void {
  const to =
    (level: LogLevel) =>
    (...args: unknown[]): void =>
      log(level, 'console', format(...args));
  Object.assign(console, { debug: to('debug'), log: to('information'), info: to('information'), warn: to('warning'), error: to('error') });
}

/** The same text on one line, so that whoever reads stderr gets it whole. */
export function toOneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' | ');
}

/** The text of anything thrown: the stack of an error, else its printed form. */
export function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : format(error);
}
