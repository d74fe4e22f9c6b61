import { policyOf } from '../model/reasons.ts';
import { inconclusive, SLOW_MS, type Verdict } from '../model/verdict.ts';
import { describeFailure, endpointOf, serverOf } from './describe-report.ts';
import { type Facts, isNodeSlow, numberOf } from './facts.ts';
import { restsOnTime, stageThatFailed } from './failed-stage.ts';
import { judgeServed } from './judge-served.ts';
import type { Report } from './parse.ts';
import { plainWords } from './plain-words.ts';

/** Exit codes of `timeout` when it ends a command: at once, or by a kill a second later. */
const CUT = [124, 137];
/** What kubectl is given, in milliseconds, less what clocks and `timeout` may differ by. */
const LIMIT_MS = 7_800;

const VERSION = /^v\d+\.\d+\.\d+([-+][-+.0-9A-Za-z]*)?$/;

/** Why nothing can be said of a node on which kubectl did not do its work; undefined if it did. */
function unfit(exitCode: number, facts: Facts): Verdict | undefined {
  const said = plainWords(facts.get('said') || facts.get('kubectl_said'));
  const tool = facts.get('tool');
  if (tool) return inconclusive('ToolMissing', `the node has no ${tool}`);
  switch (facts.get('kubectl')) {
    case undefined:
      break;
    case 'notprogram':
      return inconclusive('KubectlBroken', "the file at kubectl's path is no program");
    case 'otherarch':
      return inconclusive('KubectlBroken', "the kubectl of the node is damaged, or for another processor than the node's");
    default:
      return inconclusive('KubectlMissing', 'no kubectl at any known path');
  }
  const ended = `kubectl ended with exit code ${exitCode}${said ? `: ${said}` : ''}`;
  const ms = numberOf(facts.get('ms'));
  if (CUT.includes(exitCode)) {
    if (ms !== undefined && ms >= LIMIT_MS) return undefined;
    return exitCode === 137
      ? inconclusive('KubectlKilled', `kubectl was killed after ${ms ?? '?'} ms, before its time was up`)
      : inconclusive('NodeTooSlow', `there was no time for kubectl: it was ended after ${ms ?? '?'} ms`);
  }
  if (exitCode === 125) return inconclusive('NodeTooSlow', 'the time of the script was up before kubectl could start');
  if (exitCode === 0 || exitCode === 1) return undefined;
  if (exitCode > 128) return inconclusive('KubectlKilled', `kubectl was ended by signal ${exitCode - 128}`);
  return inconclusive('KubectlBroken', ended);
}

/** Only a version that an API server sent, from the https server that the kubeconfig names, proves that it was reached. */
function judgeSuccess(facts: Facts): Verdict {
  const kubeconfig = facts.get('kubeconfig');
  const version = facts.get('server') ?? '';
  if (kubeconfig === 'timeout') return inconclusive('NodeTooSlow', 'kubectl took too long to read its kubeconfig');
  if (!VERSION.test(version)) return inconclusive('KubectlBroken', 'kubectl succeeded without the version of an API server');
  if (kubeconfig === 'skipped') return inconclusive('KubectlBroken', 'kubectl could not say what its kubeconfig holds');
  if (kubeconfig === 'missing') return inconclusive('KubeconfigMissing', 'kubectl succeeded without the kubeconfig of the node');
  if (kubeconfig !== 'ok')
    return inconclusive(
      'KubeconfigBroken',
      'kubectl succeeded, but the kubeconfig of the node names no https server that it could have asked',
    );
  const endpoint = endpointOf(facts);
  const ms = numberOf(facts.get('ms'));
  const slow = ms !== undefined && ms >= SLOW_MS ? ` in ${(ms / 1000).toFixed(1)} s, which is slow` : '';
  const served = judgeServed(facts);
  return {
    verdict: 'reachable',
    reason: 'Reachable',
    message: `kubectl version${endpoint ? ` of ${endpoint}` : ''} succeeded (server ${version})${slow}`,
    latencyMs: ms,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(served === undefined ? {} : { served }),
  };
}

/**
 * Judges one report. A version that the API server sent is what proves that it was reached; kubectl's own failure, or our time limit on a node that was quick
 * enough, is what proves that it was not; all else is `unknown`. The stages of the diagnosis give the reason, never kubectl's text (a closed DNS port reads
 * "connection refused", silent DNS and silent TLS alike "deadline exceeded").
 */
export function classifyReport({ exitCode, facts }: Report): Verdict {
  const broken = unfit(exitCode, facts);
  if (broken) return broken;
  if (exitCode === 0) return judgeSuccess(facts);
  const endpoint = endpointOf(facts);
  const about = { latencyMs: numberOf(facts.get('ms')), ...(endpoint === undefined ? {} : { endpoint }) };
  const reason = stageThatFailed(facts);
  // Our limit ended kubectl, and no stage of the same way failed: it is the node that is slow.
  const nothingFailed = CUT.includes(exitCode) && (policyOf(reason).isUnproven || facts.get('answered') === 'yes');
  if (facts.get('kubeconfig') === 'timeout' || nothingFailed || (isNodeSlow(facts) && restsOnTime(facts))) {
    const readIn = numberOf(facts.get('config_ms'));
    const isAnswered = facts.get('answered') === 'yes' || facts.get('version') === '200';
    const why = isAnswered ? 'while the API server answered' : `and ${readIn ?? '?'} ms to read its own kubeconfig`;
    return {
      verdict: 'unknown',
      reason: 'NodeTooSlow',
      message: `kubectl took ${about.latencyMs ?? '?'} ms for ${serverOf(facts)}, ${why}`,
      ...about,
    };
  }
  return { verdict: 'unreachable', reason, message: describeFailure(facts, reason), ...about };
}
