import { format } from 'node:util';

export const LOG_LEVELS = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Writes an entry as one line of stderr, if host.json keeps its level. The category is the one that the entry has in Azure. */
export type Log = (level: LogLevel, category: string, message: string) => void;

/** Categories of the real host, by which host.json selects what is kept. */
export const categories = {
  host: 'Host.General',
  queue: 'Host.Triggers.Queue',
  timer: 'Host.Triggers.Timer',
  /** What the app writes to stdout and stderr. */
  console: 'Host.Function.Console',
  /** How a run ended. */
  run: (functionName: string) => `Function.${functionName}`,
  /** What a function logs through its context. */
  user: (functionName: string) => `Function.${functionName}.User`,
};

/** How the host itself writes, since what the app writes is captured. */
export const writeTo = { stdout: process.stdout.write.bind(process.stdout), stderr: process.stderr.write.bind(process.stderr) };

/**
 * Makes the host's log, `[category] level: message` on stderr, because stdout holds only the ready line.
 * @param lowest - The lowest level that is kept of a category.
 */
export function createLog(lowest: (category: string) => LogLevel): Log {
  return (level, category, message) => {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(lowest(category))) return;
    writeTo.stderr(`[${category}] ${level}: ${toOneLine(message)}\n`);
  };
}

/**
 * The level that the real host gives to a line on the stderr of its worker: it depends on the words in it.
 * @see https://github.com/Azure/azure-functions-host WorkerProcess.cs ParseErrorMessageAndLog
 */
export function levelOfStderr(line: string): LogLevel {
  if (/warn/i.test(line)) return 'warning';
  return /error|fail|severe/i.test(line) ? 'error' : 'information';
}

/** Logs every line that the app writes to stdout or stderr as an entry of its own, as the real host does with its worker. */
export function captureOutput(log: Log): void {
  captureLines(process.stdout, (line) => log('information', categories.console, line));
  captureLines(process.stderr, (line) => log(levelOfStderr(line), categories.console, line));
}

function captureLines(stream: NodeJS.WriteStream, take: (line: string) => void): void {
  let begun = '';
  const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const lines = (begun + (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString())).split(/\r?\n/);
    begun = lines.pop() ?? '';
    lines.filter((line) => line.trim() !== '').forEach(take);
    const done = rest.find((each) => typeof each === 'function');
    if (done) process.nextTick(done as () => void);
    return true;
  };
  stream.write = write as typeof stream.write;
}

/** The same text on one line, so that a reader of stderr gets all of it. */
export function toOneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' | ');
}

/** The text of anything thrown: the stack of an error, else its printed form. */
export function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : format(error);
}
