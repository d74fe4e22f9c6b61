import { AsyncLocalStorage } from 'node:async_hooks';
import { redact } from './model/redact.ts';

/** Receives log entries; in the app, it is the context of the current invocation. */
export interface LogSink {
  warn(text: string): void;
  error(text: string): void;
}

const MOST_CAUSES = 5;
/** Application Insights takes 32,768 characters. */
const MOST_BYTES = 32_000;

const current = new AsyncLocalStorage<LogSink>();
/** The invocation that began when no other did its work outside of `current`: what is logged there is its own. */
let sole: LogSink | undefined;

/**
 * Runs work whose log entries belong to an invocation. In Azure each entry is then one trace with its own severity under `Function.<name>.User`,
 * whereas the host makes an entry of every line on stderr and guesses its severity from its words.
 *
 * An invocation is followed through what it awaits only where another runs beside it: Node then does so for every promise, which took the first message of a
 * process up to a tenth of its time.
 */
export function inInvocation<T>(invocation: LogSink, work: () => T): T {
  return sole === undefined ? runAlone(invocation, work) : current.run(invocation, work);
}

function runAlone<T>(invocation: LogSink, work: () => T): T {
  const end = () => {
    sole = undefined;
  };
  sole = invocation;
  let result: T;
  try {
    result = work();
  } catch (error) {
    end();
    throw error;
  }
  if (result instanceof Promise) return result.finally(end) as T;
  end();
  return result;
}

const sinkNow = () => current.getStore() ?? sole ?? toStderr;

// Outside of an invocation: one line, which begins with the word from which the host derives the severity.
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

// An error may quote a request, an address or an answer.
const entry = (message: string, error: unknown) => redact(error === undefined ? message : `${message}: ${describe(error)}`, MOST_BYTES);

/** The log of the app. An error is logged with its stack and those of its causes, in the same entry. */
export const log = {
  /** Something is wrong, and the app continues without it. */
  warn(message: string, error?: unknown): void {
    sinkNow().warn(entry(message, error));
  },
  /** A part of the app failed. */
  error(message: string, error?: unknown): void {
    sinkNow().error(entry(message, error));
  },
};
