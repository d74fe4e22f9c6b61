import { redact } from '../model/redact.ts';
import { inconclusive, type Verdict } from '../model/verdict.ts';
import { classifyReport } from './classify.ts';
import { unknownFrom } from './classify-azure.ts';
import { parseReport, type RunCommandStatus, stdoutOf } from './parse.ts';
import type { RunState } from './run-command.ts';

const MESSAGE_LIMIT = 400;

/** A verdict with what the node or Azure said, redacted. */
export interface Judged {
  verdict: Verdict;
  evidence: string;
  /** Azure's whole answer as JSON, redacted, where the run has ended. */
  response?: string;
}

/** A verdict on a run of which there is no answer to judge: its message is all that is known. */
export const withoutAnswer = (verdict: Verdict): Judged => ({ verdict, evidence: verdict.message });

/** Judges what one poll of a run found; undefined while it goes on. */
export function judgeState(run: RunState, nonce: string): Judged | undefined {
  switch (run.status) {
    case 'running':
      return undefined;
    case 'done':
      return judgeRun(run.statuses, nonce);
    case 'lost':
      return withoutAnswer(inconclusive('StartLost', 'the poller of the run is of another version'));
    case 'gone':
      return withoutAnswer(inconclusive('OperationGone', 'Azure does not know the operation any more'));
    case 'failed':
      return withoutAnswer(unknownFrom(run.error));
  }
}

/**
 * Judges the result of a run that Azure calls a success, which it does for any exit code and for scripts that never finished.
 *
 * @param nonce - of this run; nothing but its complete frame is a proof.
 */
export function judgeRun(statuses: readonly RunCommandStatus[], nonce: string): Judged {
  const report = parseReport(stdoutOf(statuses), nonce);
  const evidence = redact(statuses.map((status) => status.message ?? '').join('\n'));
  // In the order in which Azure writes them.
  const value = statuses.map(({ code, displayStatus, level, message = '', ...more }) => ({
    code,
    displayStatus,
    level,
    message: redact(message),
    ...more,
  }));
  const response = JSON.stringify({ value }, null, 2);
  if (report === undefined)
    return { verdict: inconclusive('NoProof', 'Run Command succeeded without the complete output of this run'), evidence, response };
  const verdict = classifyReport(report);
  // What a node says is kept and shown: nothing of it may be a secret or a control character.
  return { verdict: { ...verdict, message: redact(verdict.message, MESSAGE_LIMIT) }, evidence, response };
}
