import { type ReasonCode, reasons } from '../model/reasons.ts';
import type { Facts } from '../probe/facts.ts';

/** A stage on the way from a node to its API server: passed, broken there, or not reached; `unseen` where nobody knows. */
export interface PathStage {
  name: string;
  state: 'passed' | 'broke' | 'skipped' | 'unseen';
  /** What was measured there, in a few words. */
  took: string;
  detail: string;
}

const STAGES = ['kubeconfig', 'dns', 'tcp', 'tls', 'auth', 'http', 'served'] as const;
type OnPath = (typeof STAGES)[number];
const NAMES: Readonly<Record<OnPath, string>> = {
  kubeconfig: 'kubeconfig',
  dns: 'DNS',
  tcp: 'TCP',
  tls: 'TLS',
  auth: 'auth',
  http: 'HTTP',
  served: 'served',
};
const PASSED: Readonly<Record<OnPath, string>> = {
  kubeconfig: 'read',
  dns: 'resolved',
  tcp: 'connected',
  tls: 'secured',
  auth: 'accepted',
  http: 'answered',
  served: 'served',
};

const ms = (text: string | undefined) => (text !== undefined && /^\d{1,6}$/.test(text) ? `${text} ms` : undefined);
const joined = (...parts: (string | undefined | false)[]) => parts.filter(Boolean).join('; ');

/** What was measured at each stage, as the script reported it. */
const measured: Readonly<Record<OnPath, (facts: Facts) => { took?: string; detail: string }>> = {
  kubeconfig: (facts) => ({
    took: ms(facts.get('config_ms')) && `read in ${ms(facts.get('config_ms'))}`,
    detail: joined(
      facts.has('host') && `${facts.get('host')}:${facts.get('port')}`,
      facts.has('proxy') && `by the proxy ${facts.get('proxy')}`,
    ),
  }),
  dns: (facts) => ({
    took: ms(facts.get('dns_ms')),
    detail: joined(
      facts.has('dns') && `${facts.get('dns')}${facts.get('hosts') === 'yes' ? ', from /etc/hosts' : ''}`,
      facts.get('resolver') && `resolver ${facts.get('resolver')}`,
      facts.has('dns_own') && `the resolver says: ${facts.get('dns_own')}`,
      facts.has('dns_azure') && `168.63.129.16 says: ${facts.get('dns_azure')}`,
    ),
  }),
  tcp: (facts) => ({
    took: ms(facts.get('tcp_ms')),
    detail: joined(
      facts.has('tcp') && facts.get('tcp') !== 'ok' && `port ${facts.get('port') ?? '443'}: ${facts.get('tcp')}`,
      facts.has('dead') && `another address does not answer: ${facts.get('dead')}`,
      facts.has('route') && `route: ${facts.get('route')}`,
      facts.has('default') && `default: ${facts.get('default')}`,
    ),
  }),
  tls: (facts) => ({
    took: Number(facts.get('secured_s')) > 0 ? `after ${Math.round(Number(facts.get('secured_s')) * 1000)} ms` : undefined,
    detail: joined(
      facts.has('issuer') && `issued by ${facts.get('issuer')?.replace(/^issuer=\s*/, '')}`,
      facts.has('valid') && `valid ${facts.get('valid')}`,
      facts.get('named') === 'no' && 'for another name',
      facts.get('handshake') === 'timeout' && 'the handshake got no answer',
    ),
  }),
  auth: (facts) => ({
    detail: joined(
      facts.has('credential') && `credential: ${facts.get('credential')}`,
      facts.has('client') && `client certificate valid ${facts.get('client')}`,
      facts.get('client_signed') === 'no' && 'not signed by the cluster',
    ),
  }),
  http: (facts) => ({
    took: facts.has('status')
      ? `status ${facts.get('status')}`
      : /^[1-9]\d\d$/.test(facts.get('version') ?? '')
        ? `status ${facts.get('version')}`
        : undefined,
    detail: joined(
      facts.has('type') && facts.get('type'),
      facts.has('readyz') && `readyz ${facts.get('readyz')}`,
      facts.has('livez') && `livez ${facts.get('livez')}`,
    ),
  }),
  served: (facts) => ({ took: ms(facts.get('node_ms')), detail: '' }),
};

/** Which stage a reason is about; undefined for one that is not of the node's way: egress, the agent, Azure, the prober. */
function stageOf(reason: ReasonCode): OnPath | undefined {
  const { stage } = reasons[reason];
  return STAGES.find((each) => each === stage);
}

/** What a probe came to. */
export interface Probed {
  verdict: 'reachable' | 'unreachable' | 'unknown' | 'notProbed';
  reason: ReasonCode;
  served: boolean | null;
  latencyMs?: number | null;
}

/**
 * The way of a node to its API server with what was measured at each stage and where it broke. What proves nothing is `unseen`, never passed. Pure.
 *
 * @param facts - what the node reported; empty if it was well, or reported nothing.
 */
export function pathOf({ verdict, reason, served, latencyMs }: Probed, facts: Facts): PathStage[] {
  const broken = verdict === 'unreachable' ? stageOf(reason) : undefined;
  const at = broken === undefined ? -1 : STAGES.indexOf(broken);
  return STAGES.map((stage, nth): PathStage => {
    const { took, detail } = measured[stage](facts);
    const name = NAMES[stage];
    if (verdict === 'reachable') {
      if (stage !== 'served')
        return {
          name,
          state: 'passed',
          took: stage === 'http' && latencyMs ? `${Math.round(latencyMs)} ms in all` : PASSED[stage],
          detail,
        };
      if (served === null) return { name, state: 'unseen', took: 'not asked', detail };
      return served ? { name, state: 'passed', took: 'node object read', detail } : { name, state: 'broke', took: 'not served', detail };
    }
    if (verdict !== 'unreachable' || at < 0) {
      const known = verdict === 'unreachable' && detail !== '';
      return { name, state: 'unseen', took: known ? (took ?? 'measured') : 'not known', detail };
    }
    if (nth < at) return { name, state: 'passed', took: took ?? PASSED[stage], detail };
    return nth === at
      ? { name, state: 'broke', took: took ?? 'failed here', detail }
      : { name, state: 'skipped', took: 'not reached', detail: '' };
  });
}

/** What the node saw of other places on the internet, in words; empty if it did not try. */
export function egressWords(facts: Facts): string {
  const seen = facts.get('egress');
  if (seen === undefined) return '';
  const [, place, status] = /^(.*) (\d{3})$/.exec(seen) ?? [];
  if (status === undefined) return '';
  return status === '000'
    ? `${place} cannot be reached either: it is not only the API server.`
    : `${place} answers (status ${status}): it is only the API server.`;
}
