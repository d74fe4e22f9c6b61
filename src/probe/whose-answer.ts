import { inconclusive, type Verdict } from '../model/verdict.ts';
import type { Facts } from './facts.ts';

/** What Azure says of the node that was asked. */
export interface Asked {
  /** Azure's id of the machine; empty if Azure gives none. */
  vmId: string;
  /** The names of the API server, public and private; empty if they are not known. */
  serverNames: readonly string[];
}

/** The id as firmware of generation 1 shows it: the first three groups in little-endian order, see "vmId" in Azure's documentation of virtual machines. */
function swapped(id: string): string {
  const [first = '', second = '', third = '', ...rest] = id.split('-');
  const reversed = (group: string) => (group.match(/../g) ?? []).reverse().join('');
  return [reversed(first), reversed(second), reversed(third), ...rest].join('-');
}

/** Whether a machine that calls itself `own` is the one that Azure lists as `vmId`. */
export function isSameMachine(own: string, vmId: string): boolean {
  const [one, other] = [own.toLowerCase(), vmId.toLowerCase()];
  return one === other || swapped(one) === other;
}

/** Whether the node's kubeconfig names another server than Azure does. An address is no name: it may be that of a private endpoint or of a load balancer. */
function isWrongServer(host: string, names: readonly string[]): boolean {
  if (names.length === 0 || host === '' || /^\[|^[\d.]+$/.test(host)) return false;
  const bare = (name: string) => name.toLowerCase().replace(/\.$/, '');
  return !names.some((name) => bare(name) === bare(host));
}

/**
 * Takes a verdict as that of the node that was asked: what another machine says does not count, and what an API server says that is not the cluster's proves
 * nothing.
 */
export function asAnswerOf(asked: Asked, verdict: Verdict, facts: Facts): Verdict {
  const own = facts.get('machine') ?? '';
  if (asked.vmId !== '' && own === '')
    return verdict.verdict === 'unknown' ? verdict : inconclusive('NoProof', 'the node does not say which machine it is');
  if (asked.vmId !== '' && !isSameMachine(own, asked.vmId))
    return inconclusive('WrongMachine', `machine ${own} answered, while Azure lists ${asked.vmId} for the node`);
  const host = facts.get('host') ?? '';
  if (verdict.verdict === 'unknown' || !isWrongServer(host, asked.serverNames)) return verdict;
  const message = `the kubeconfig names ${host}, while Azure's name of the API server is ${asked.serverNames.join(' or ')}`;
  if (verdict.verdict === 'reachable') return inconclusive('WrongApiServer', message);
  return { ...verdict, reason: 'WrongApiServer', message: `${message}; ${verdict.message}` };
}
