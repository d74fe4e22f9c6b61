import { redact } from '../model/redact.ts';
import { inconclusive, type Verdict } from '../model/verdict.ts';
import { classifyReport } from './classify.ts';
import { unknownFrom } from './classify-azure.ts';
import { numberOf } from './facts.ts';
import { parseReport, type RunCommandStatus, stdoutOf } from './parse.ts';
import { redactVerdict } from './redact-verdict.ts';
import type { RunState } from './run-command.ts';
import { type Asked, asAnswerOf } from './whose-answer.ts';

const MOST_OF_A_CODE = 200;

/** A verdict with its evidence: the redacted output of the node, or the message of Azure. */
export interface Judged {
  verdict: Verdict;
  evidence: string;
  /** Azure's whole answer as JSON, redacted, if the run has ended. */
  response?: string;
  /** When kubectl had answered, by the clock of the node, in milliseconds since 1970; absent where the node does not say. */
  answeredAt?: number;
}

/** A verdict on a run without an answer to judge: its message is the evidence. */
export const withoutAnswer = (verdict: Verdict): Judged => ({ verdict, evidence: verdict.message });

/** Judges the result of one poll of a run; undefined while the run is in progress, as far as is known. */
export function judgeState(run: RunState, nonce: string, asked: Asked): Judged | undefined {
  switch (run.status) {
    case 'running':
    case 'unread':
      return undefined;
    case 'done':
      return judgeRun(run.statuses, nonce, asked);
    case 'lost':
      return withoutAnswer(
        inconclusive('StartLost', 'the poller of the run was written by another version of the prober and could not be read'),
      );
    case 'gone':
      return withoutAnswer(inconclusive('OperationGone', 'Azure no longer knows the operation of the run'));
    case 'failed':
      return withoutAnswer(unknownFrom(run.error));
  }
}

/**
 * Judges the result of a run that Azure calls a success, which it does for any exit code and even for scripts that never finished.
 *
 * @param nonce - nonce of this run; only a complete frame with it proves anything.
 * @param asked - what Azure says of the node; only what this very machine says counts.
 */
export function judgeRun(statuses: readonly RunCommandStatus[], nonce: string, asked: Asked): Judged {
  const report = parseReport(stdoutOf(statuses), nonce);
  const evidence = redact(statuses.map((status) => status.message ?? '').join('\n'));
  // The properties in the order in which Azure writes them, and those of others that are texts.
  const clean = (text: string | undefined) => (text === undefined ? undefined : redact(text, MOST_OF_A_CODE));
  const value = statuses.map(({ code, displayStatus, level, message = '', ...more }) => ({
    code: clean(code),
    displayStatus: clean(displayStatus),
    level: clean(level),
    message: redact(message),
    ...Object.fromEntries(Object.entries(more).flatMap(([name, each]) => (typeof each === 'string' ? [[name, clean(each)]] : []))),
  }));
  const response = JSON.stringify({ value }, null, 2);
  if (report === undefined)
    return { verdict: inconclusive('NoProof', 'Run Command succeeded without the complete output of this run'), evidence, response };
  const clock = numberOf(report.facts.get('clock'));
  const answeredAt = clock === undefined ? undefined : clock * 1000;
  return { verdict: redactVerdict(asAnswerOf(asked, classifyReport(report), report.facts)), evidence, response, answeredAt };
}
