import { reasons } from '../../model/reasons.ts';
import { familyOf } from './addresses.ts';
import type { Case, Observation } from './case.ts';
import { ANYWHERE, AZURE_DNS, type Target } from './membership.ts';
import { settingOf, wordOf } from './names.ts';

/** What a rule looks into: where nodes gave no verdict, or the layer at which they fail. */
export type Layer = 'blind' | 'dns' | 'tcp' | 'tls' | 'http' | 'other';

/** Whether what the nodes saw fits what the settings say. */
export type Agreement = 'agrees' | 'unknown' | 'contradicts';

/** All of these must agree. */
export const allAgree = (...each: Agreement[]): Agreement =>
  each.includes('contradicts') ? 'contradicts' : each.includes('unknown') ? 'unknown' : 'agrees';

const isDnsDead = ({ dns }: Observation) => dns === 'failed' || dns === 'timeout';

/** The layers at which the causes of an outage may be. */
export function layersOf(observation: Observation): readonly Layer[] {
  if (observation.blind) return ['blind'];
  const { stage } = reasons[observation.reason];
  if (stage === 'dns') return observation.dns === 'found' ? ['tcp'] : ['dns'];
  // Nothing is reached at all, so that a name that was not found may be the least of it.
  if (stage === 'egress') return isDnsDead(observation) ? ['dns', 'blind'] : ['tcp'];
  return stage === 'tcp' || stage === 'tls' || stage === 'http' ? [stage] : ['other'];
}

/** Whether the nodes lost their way to everything, so that it is any public address that is to be looked at. */
export const lostEverything = ({ observation }: Case): boolean => layersOf(observation).includes('blind');

/**
 * Where the nodes' connections go: the address that they resolved, or else the one that the configuration of a private API server says; undefined where
 * that is not known. Nodes that lost everything have lost their way to any public address.
 */
export function targetOf(each: Case): Target | undefined {
  if (lostEverything(each)) return ANYWHERE;
  const { address, host } = each.observation;
  const seen = [address, host].find((text) => text !== undefined && familyOf(text) !== undefined);
  if (seen !== undefined) return seen;
  const { cluster, endpoint, apiAddress } = each.configuration;
  const settings = settingOf(cluster);
  if (settings === undefined) return undefined;
  const configured = settings.isIntegrated ? settingOf(apiAddress) : settingOf(endpoint)?.address;
  if (settings.isIntegrated || settings.isPrivate) return configured !== undefined && familyOf(configured) ? configured : undefined;
  return ANYWHERE;
}

/** Whether TCP failed as it does where packets are dropped without an answer. */
export function looksDropped(each: Case): Agreement {
  if (lostEverything(each)) return 'agrees';
  const tcp = wordOf(each.observation.tcp);
  if (tcp === 'timeout') return 'agrees';
  // Answered, or never sent: nobody on the way dropped it.
  return ['ok', 'refused', 'exhausted'].includes(tcp) ? 'contradicts' : 'unknown';
}

/** Whether all public addresses are out of reach, as far as the nodes say. */
export function looksCutOff({ observation }: Case): Agreement {
  if (observation.egress !== undefined) return observation.egress === 'fails' ? 'agrees' : 'contradicts';
  return observation.blind ? 'agrees' : 'unknown';
}

/** The DNS servers that the nodes ask. Those of the machine itself only pass on to others. */
export function serversOf({ observation, configuration }: Case): readonly string[] {
  const asked = observation.resolvers.filter((each) => familyOf(each) !== undefined && !/^(127\.|169\.254\.|::1$)/.test(each));
  if (asked.length > 0) return asked;
  const network = settingOf(configuration.network);
  if (network === undefined) return [];
  return network.dnsServers.length > 0 ? network.dnsServers : [AZURE_DNS];
}

/** Whether the DNS server of the nodes answered, and not only a resolver of the machine itself. */
export const didServerAnswer = ({ reason }: Observation): Agreement =>
  reason === 'NameNotFound' || reason === 'ResolverDiffers'
    ? 'agrees'
    : reason === 'DnsServerFailure' || reason === 'DnsRefused'
      ? 'unknown'
      : 'contradicts';

/** Whether a server accepted the connection and then said nothing, or hung up, as a firewall does without a rule for the target. */
export const fellSilent = ({ reason, tcp }: Observation): boolean =>
  wordOf(tcp) === 'ok' && (reason === 'TlsTimedOut' || reason === 'TlsFailed' || reason === 'ServerSilent');
