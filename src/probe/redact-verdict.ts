import { redact } from '../model/redact.ts';
import type { Verdict } from '../model/verdict.ts';

const MESSAGE_LIMIT = 400;

/** A verdict without secrets and control characters in what it holds of the output of a node, which is stored and shown. */
export function redactVerdict(verdict: Verdict): Verdict {
  const { message, served } = verdict;
  const clean = { ...verdict, message: redact(message, MESSAGE_LIMIT) };
  return served?.ok === false ? { ...clean, served: { ...served, message: redact(served.message, MESSAGE_LIMIT) } } : clean;
}
