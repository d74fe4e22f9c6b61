import type { Facts } from '../probe/facts.ts';

/** What of a fact is shown, and in which words: `{}` is its value. */
type Part = readonly [fact: string, words: string];

/** The stages of the node script in their order, each with what it measures (src/probe/linux.sh, windows.ps1). */
const STAGES: readonly (readonly [title: string, parts: readonly Part[]])[] = [
  [
    'kubectl',
    [
      ['kubectl', '{}'],
      ['server', 'the API server said that it is {}'],
      ['ms', 'in {} ms'],
      ['said', 'said: {}'],
    ],
  ],
  [
    'kubeconfig',
    [
      ['kubeconfig', '{}'],
      ['kubeconfig_said', '{}'],
      ['host', 'names the host {}'],
      ['port', 'and port {}'],
      ['config_ms', 'read in {} ms'],
      ['local_fault', 'fault before anything was sent: {}'],
    ],
  ],
  [
    'DNS',
    [
      ['dns', '{}'],
      ['dns_ms', 'in {} ms'],
      ['resolver', 'resolver {}'],
      ['dns_own', 'which says {}'],
      ['dns_azure', '168.63.129.16 says {}'],
      ['hosts', 'in /etc/hosts: {}'],
      ['addresses', 'addresses {}'],
      ['dead', 'dead: {}'],
    ],
  ],
  [
    'proxy',
    [
      ['proxy', '{}'],
      ['proxy_tcp', 'TCP to it: {}'],
      ['tunnel', 'it answered {}'],
      ['direct', 'TCP past it: {}'],
    ],
  ],
  [
    'TCP',
    [
      ['tcp', '{}'],
      ['tcp_ms', 'in {} ms'],
      ['route', 'route {}'],
    ],
  ],
  [
    'TLS',
    [
      ['handshake', '{}'],
      ['answered', 'answered by {}'],
      ['issuer', 'certificate of {}'],
      ['valid', 'valid {}'],
      ['verify', 'verified: {}'],
      ['curl_said', '{}'],
      ['secured_s', 'secured after {} s'],
    ],
  ],
  [
    'sign-in',
    [
      ['credential', 'credential {}'],
      ['client', 'client certificate {}'],
    ],
  ],
  [
    'HTTP',
    [
      ['status', 'kubectl was answered {}'],
      ['version', '/version {}'],
      ['readyz', '/readyz {}'],
      ['livez', '/livez {}'],
      ['unready', 'not ready: {}'],
    ],
  ],
  [
    'served',
    [
      ['node', 'its node object {}'],
      ['node_ms', 'in {} ms'],
      ['lease', 'its lease {}'],
      ['identity', 'who it is {}'],
      ['node_said', '{}'],
    ],
  ],
  ['elsewhere', [['egress', '{}']]],
];

/** The lines that say what each stage of a probe measured; a stage that was not reached has none. Pure. */
export function describeStages(facts: Facts): string[] {
  const lines = STAGES.flatMap(([title, parts]) => {
    const measured = parts.flatMap(([fact, words]) => (facts.get(fact) ? [words.replace('{}', () => facts.get(fact)!)] : []));
    return measured.length === 0 ? [] : [`- ${title}: ${measured.join(', ')}`];
  });
  return lines.length === 0 ? [] : ['What the node measured, stage by stage:', ...lines, ''];
}
