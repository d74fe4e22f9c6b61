import { AsyncLocalStorage } from 'node:async_hooks';

/** What takes log entries: in the app, the context of the invocation that runs. */
export interface LogSink {
  warn(text: string): void;
  error(text: string): void;
}

const MOST_CAUSES = 5;

const current = new AsyncLocalStorage<LogSink>();

/**
 * Does work whose log entries belong to an invocation. In Azure they are then traces of their own severity under `Function.<name>.User`,
 * each whole, whereas the host takes every line on stderr for an entry and judges its severity by its words.
 */
export function inInvocation<T>(invocation: LogSink, work: () => T): T {
  return current.run(invocation, work);
}

// Outside of an invocation: one line with the word by which the host levels it.
const toStderr: LogSink = {
  warn: (text) => console.warn(`warning: ${toOneLine(text)}`),
  error: (text) => console.error(`error: ${toOneLine(text)}`),
};

function toOneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' | ');
}

function describe(error: unknown): string {
  const texts: string[] = [];
  for (let each = error; each !== undefined && texts.length < MOST_CAUSES; each = each instanceof Error ? each.cause : undefined)
    texts.push(each instanceof Error ? (each.stack ?? String(each)) : String(each));
  return texts.join('\ncaused by: ');
}

const entry = (message: string, error: unknown) => (error === undefined ? message : `${message}: ${describe(error)}`);

/** The app's log. An error that is given comes with its stack and those of its causes, in the same entry. */
export const log = {
  /** Something was not as it should be, and the app goes on without it. */
  warn(message: string, error?: unknown): void {
    (current.getStore() ?? toStderr).warn(entry(message, error));
  },
  /** Something of the app failed. */
  error(message: string, error?: unknown): void {
    (current.getStore() ?? toStderr).error(entry(message, error));
  },
};
