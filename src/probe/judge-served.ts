import type { ReasonCode } from '../model/reasons.ts';
import type { Served } from '../model/verdict.ts';
import { endpointOf } from './describe-report.ts';
import { type Facts, isNodeSlow, numberOf } from './facts.ts';
import { plainWords } from './plain-words.ts';

/** From so many milliseconds on, a request within three seconds proves nothing. */
const SLOW_MS = 1_500;

const refuse = (reason: ReasonCode, message: string): Served => ({ ok: false, reason, message });

/**
 * Whether the API server that a node reached also serves it: answers for its own node object or, where that fails, for its lease, without which the cluster
 * takes the node for dead.
 *
 * @returns undefined if it was not asked, or the node was too slow to tell.
 */
export function judgeServed(facts: Facts): Served | undefined {
  const node = facts.get('node');
  if (node === undefined || node === 'skipped') return undefined;
  const status = numberOf(node);
  if (status === 200) return { ok: true };
  const [lease, readyz] = [numberOf(facts.get('lease')), facts.get('readyz')];
  const isDenied = status === 401 || status === 403 || status === 404;
  // A slow answer for the node object, while its lease can be renewed: kubelet works.
  if (lease === 200 && !isDenied) return { ok: true };
  // Where kubectl's first request took long too, it is the path or the node that is slow.
  if (status === undefined && (isNodeSlow(facts) || (numberOf(facts.get('ms')) ?? 0) > SLOW_MS)) return undefined;
  const [name, identity] = [facts.get('name') ?? '', facts.get('identity') ?? ''];
  const words = plainWords(facts.get('node_said'));
  const said = words === '' ? '' : `: ${words}`;
  const server = endpointOf(facts) ?? 'the API server';
  const answered =
    status === undefined
      ? `${server} does not answer for the node object ${name}`
      : `${server} answers HTTP ${node} for the node object ${name}`;
  if (isDenied && /^system:node:/.test(identity) && identity !== `system:node:${name}`)
    return refuse('IdentityMismatch', `the node is called ${name}, and its certificate is that of ${identity}`);
  if (status === 401 || status === 403)
    return refuse('NodeNotAuthorized', `${answered}, asked as ${identity || 'an unknown identity'}${said}`);
  if (status === 404) return refuse('NodeNotRegistered', `${server} knows no node ${name} (HTTP 404)`);
  const unready = facts.get('unready') ?? '';
  if (/(^|,)etcd/.test(unready)) return refuse('EtcdUnavailable', `${answered}, and /readyz names ${unready}`);
  if (status === 429) return refuse('ApiServerOverloaded', answered);
  if (/^5/.test(readyz ?? ''))
    return refuse('ApiServerNotReady', `${answered}, and ${readyz} for /readyz${unready ? ` (${unready})` : ''}`);
  return refuse('NotServed', `${answered}${said}`);
}
