import { execFileSync } from 'node:child_process';
import { middleBoxes, slowPath } from './middle-boxes.ts';
import { base64, HOST, notReady, refuse, type Scene, SERVER } from './node-lab.ts';

/** A fault of a node's path, what must come of it, and how it is provoked: for real, or by the facts that the script would print. */
export interface NodeFault {
  fault: string;
  /** `verdict/reason`, the reason being that of `served` where the node is reachable and not served; several where both are right. */
  must: string | string[];
  scene?: Scene;
  facts?: Record<string, string>;
  exit?: number;
  /** What the message must say, so that it is not vague. */
  says?: RegExp;
  /** The share of a CPU that the script gets, in per cent. */
  cpu?: number;
}

const nft = (...rules: string[]) =>
  `printf '%s\n' 'table inet t {' 'chain o {' 'type filter hook output priority 0;' ${rules.map((rule) => `'${rule};'`).join(' ')} '}' '}' | nft -f - || exit 99`;
const toServer = `ip daddr ${SERVER} tcp dport 443`;
const isNode = (path: string) => path.startsWith('/api/v1/nodes/');
const isLease = (path: string) => path.includes('/leases/');
const ofNode = (path: string) => isNode(path) || isLease(path);
const V6 = 'fd00::4';
const elsewhere = '10.77.0.4';
const passed = { ms: '7012', said: 'x', config_ms: '60', kubeconfig: 'ok', host: HOST, port: '443', dns: SERVER, dns_ms: '3', tcp: 'ok' };
const proxy = 'http://10.224.0.9:3128';
const dropped = { listens: [], dns: (name) => (name === HOST ? elsewhere : '203.0.113.10') } satisfies Scene;
/** An ELF file for another processor. */
const otherArch = () => {
  const head = Buffer.alloc(8192);
  Buffer.from('7f454c460201010000000000000000000200b700', 'hex').copy(head);
  return head;
};
const withToken = (text: string) => text.replace(/client-certificate: .*\n.*client-key: .*\n/, 'token: not-the-right-token-0123\n');
const embed =
  (name: string): Scene['kubeconfig'] =>
  (text, { key }) =>
    text
      .replace(/client-certificate: .*/, `client-certificate-data: ${base64(key(name).certificate)}`)
      .replace(/client-key: .*/, `client-key-data: ${base64(key(name).key)}`);
const staleCa: Scene['kubeconfig'] = (text, { authority }) => text.replace(/authority-data: .*/, `authority-data: ${base64(authority)}`);
const json = (text: string) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'localcluster',
        cluster: { 'certificate-authority-data': /authority-data: (\S+)/.exec(text)![1], server: `https://${HOST}:443` },
      },
    ],
    users: [
      {
        name: 'client',
        user: { 'client-certificate': '/var/lib/kubelet/pki/client.pem', 'client-key': '/var/lib/kubelet/pki/client.pem' },
      },
    ],
    contexts: [{ name: 'c', context: { cluster: 'localcluster', user: 'client' } }],
    'current-context': 'c',
  });
const podSays = {
  major: '9',
  minor: '99',
  gitVersion: 'v9.99.9',
  gitCommit: 'x',
  gitTreeState: '',
  buildDate: '',
  goVersion: '',
  compiler: '',
  platform: '',
};
const daysAhead = (days: number) => new Date(Date.now() + days * 86_400_000).toUTCString();
const after = <T>(ms: number, value: T) => new Promise<T>((resolve) => setTimeout(() => resolve(value), ms));

const controlPlane: NodeFault[] = [
  { fault: 'healthy', must: 'reachable/Reachable', scene: {} },
  {
    fault: 'etcd dead for 35 s',
    must: 'reachable/EtcdUnavailable',
    scene: { says: (path) => (ofNode(path) ? 'hang' : path === '/readyz' ? notReady('etcd', 'etcd-readiness') : undefined) },
  },
  {
    fault: 'etcd slow (4 s stalls), the lease is still renewed',
    must: 'reachable/Reachable',
    scene: { says: (path) => (isNode(path) ? 'hang' : undefined) },
  },
  {
    fault: 'API server shutting down (readyz 500) and stalled for 9 s: /version 200, readyz 500',
    must: 'unreachable/ServerNotReady',
    scene: { says: (path, n) => (path === '/version' && n === 1 ? 'hang' : path === '/readyz' ? notReady('shutdown') : undefined) },
  },
  {
    fault: 'etcd dead, API server froze for 9 s: /version 200, readyz fails',
    must: 'unreachable/ServerNotReady',
    scene: { says: (path, n) => (path === '/version' && n === 1 ? 'hang' : path === '/readyz' ? 'hang' : undefined) },
  },
  { fault: 'API server not running', must: 'unreachable/ConnectionRefused', scene: { listens: [] } },
  {
    fault: 'API server frozen (SIGSTOP)',
    must: 'unreachable/ServerSilent',
    scene: { middle: middleBoxes.silent },
    says: /plain text: 0 of 5/,
  },
  {
    fault: 'max-requests-inflight=1 taken by a request that waits for etcd (429)',
    must: 'unreachable/ServerOverloaded',
    scene: { says: (path) => (path === '/version' || ofNode(path) ? refuse.overloaded : undefined), headers: { 'retry-after': '1' } },
  },
  { fault: 'priority and fairness: queue of the level system full by this node', must: 'reachable/Reachable', scene: {} },
];

const identity: NodeFault[] = [
  ...[false, true].flatMap((anonymous): NodeFault[] => [
    {
      fault: `client certificate expired, anonymous-auth=${anonymous}`,
      must: 'unreachable/ClientCertificateExpired',
      scene: { client: 'clientExpired', anonymous },
    },
    {
      fault: `client certificate of the old CA (rotated), anonymous-auth=${anonymous}`,
      must: 'unreachable/ClientCertificateForeign',
      scene: { client: 'clientOldCa', anonymous },
    },
    {
      fault: `client certificate file gone, anonymous-auth=${anonymous}`,
      must: 'unreachable/ClientCredentialBroken',
      scene: { pem: () => undefined, anonymous },
    },
  ]),
  {
    fault: 'client certificate not yet valid, anonymous-auth=false',
    must: 'unreachable/ClientCertificateNotYetValid',
    scene: { client: 'clientEarly' },
  },
  {
    fault: 'Node authorizer off, system:nodes has no role',
    must: 'reachable/NodeNotAuthorized',
    scene: { says: (path) => (ofNode(path) ? refuse.forbidden : undefined) },
  },
  {
    fault: 'a certificate with no role, anonymous-auth=false',
    must: 'reachable/NodeNotAuthorized',
    scene: { client: 'clientNobody', says: (path) => (ofNode(path) ? refuse.forbidden : undefined) },
    says: /somebody/,
  },
  {
    fault: 'RBAC: public-info-viewer and discovery taken away',
    must: 'unreachable/Forbidden',
    scene: { says: (path) => (path === '/version' ? refuse.forbidden : undefined) },
  },
  { fault: 'wrong bearer token, anonymous-auth=true', must: 'unreachable/Unauthorized', scene: { kubeconfig: withToken, anonymous: true } },
  {
    fault: 'client certificate file cut in the key, anonymous-auth=false',
    must: 'unreachable/ClientCredentialBroken',
    scene: { pem: (text) => text.slice(0, text.indexOf('BEGIN PRIVATE KEY') + 60) },
  },
  {
    fault: 'embedded client certificate, expired',
    must: 'unreachable/ClientCertificateExpired',
    scene: { kubeconfig: embed('clientExpired') },
  },
];

const certificates: NodeFault[] = [
  { fault: 'server certificate expired', must: 'unreachable/ServerCertificateExpired', scene: { shows: 'expired' } },
  { fault: 'server certificate lacks the SAN', must: 'unreachable/ServerCertificateWrongName', scene: { shows: 'otherName' } },
  { fault: 'server certificate of the day after tomorrow', must: 'unreachable/ServerCertificateNotYetValid', scene: { shows: 'early' } },
  {
    fault: 'server certificate of another CA of the same name',
    must: 'unreachable/ServerCertificateUnknownIssuer',
    scene: { shows: 'otherCluster' },
  },
  { fault: 'server certificate of an intercepting proxy', must: 'unreachable/TlsIntercepted', scene: { shows: 'intercepted' } },
  {
    fault: 'stale CA bundle in the kubeconfig after rotation',
    must: 'unreachable/ServerCertificateUnknownIssuer',
    scene: { kubeconfig: staleCa },
  },
  {
    fault: 'no CA in the kubeconfig',
    must: 'unreachable/KubeconfigBroken',
    scene: { kubeconfig: (text) => text.replace(/ +certificate-authority-data: .*\n/, '') },
    says: /names no certificate authority/,
  },
  {
    fault: 'node clock 1 year and 3 days ahead',
    must: 'unreachable/ClockSkew',
    scene: { shows: 'expired', headers: { date: daysAhead(-368) } },
  },
  { fault: 'node clock 1 year behind', must: 'unreachable/ClockSkew', scene: { shows: 'early', headers: { date: daysAhead(365) } } },
  {
    fault: 'node clock 26 hours behind (server certificate is 25 h old)',
    must: 'unreachable/ClockSkew',
    scene: { shows: 'early', headers: { date: daysAhead(26 / 24) } },
  },
  { fault: 'node clock 2 hours ahead', must: 'reachable/Reachable', scene: { headers: { date: daysAhead(-2 / 24) } } },
];

const network: NodeFault[] = [
  {
    fault: 'packets to the API server dropped (NSG, authorized IP ranges)',
    must: 'unreachable/ConnectionTimedOut',
    scene: { setup: nft(`${toServer} drop`) },
  },
  {
    fault: 'answers of the API server dropped (asymmetric route)',
    must: 'unreachable/ConnectionTimedOut',
    scene: { setup: nft(`ip saddr ${SERVER} tcp sport 443 drop`) },
  },
  {
    fault: 'REJECT tcp-reset for the API server',
    must: 'unreachable/ConnectionRefused',
    scene: { setup: nft(`${toServer} reject with tcp reset`) },
  },
  {
    fault: 'REJECT icmp admin-prohibited (firewall)',
    must: 'unreachable/ConnectionProhibited',
    scene: { setup: nft(`${toServer} reject with icmp type admin-prohibited`) },
  },
  {
    fault: 'REJECT icmp port-unreachable (iptables default)',
    must: 'unreachable/ConnectionRefused',
    scene: { setup: nft(`${toServer} reject with icmp type port-unreachable`) },
  },
  {
    fault: 'router says net-unreachable',
    must: 'unreachable/NoRoute',
    scene: { setup: nft(`${toServer} reject with icmp type net-unreachable`) },
  },
  { fault: 'all outbound 443 dropped, DNS works', must: 'unreachable/NoEgress', scene: { setup: nft('tcp dport 443 drop') } },
  {
    fault: 'default route gone',
    must: 'unreachable/NoRoute',
    scene: { setup: 'ip addr del 168.63.129.16/32 dev lo; ip route del default' },
  },
  { fault: 'eth0 down', must: 'unreachable/NoRoute', scene: { setup: 'ip addr del 168.63.129.16/32 dev lo; ip link set eth0 down' } },
  { fault: 'L4 proxy accepts TCP, then silence', must: 'unreachable/ServerSilent', scene: { middle: middleBoxes.silent } },
  { fault: 'load balancer resets at once', must: 'unreachable/ConnectionReset', scene: { middle: middleBoxes.resetsAtOnce } },
  { fault: 'reset right after ClientHello (SNI filter)', must: 'unreachable/TlsFailed', scene: { middle: middleBoxes.resetsTls } },
  {
    fault: 'reset in the middle of the server certificate (2nd try)',
    must: 'unreachable/TlsFailed',
    scene: { middle: middleBoxes.resetsCertificate },
  },
  {
    fault: 'silence in the middle of the server certificate',
    must: 'unreachable/TlsTimedOut',
    scene: { middle: middleBoxes.dropsCertificate },
  },
  {
    fault: 'RST from a firewall once the client has sent 900 bytes',
    must: ['unreachable/ConnectionReset', 'unreachable/TlsFailed'],
    scene: { middle: middleBoxes.resetsAfter900 },
  },
  { fault: 'silence after the handshake (2nd try)', must: 'unreachable/HttpTimedOut', scene: { says: () => 'hang' } },
  { fault: 'proxy answers plain HTTP', must: 'unreachable/TlsFailed', scene: { middle: middleBoxes.speaksHttp } },
  { fault: 'each packet held 1.2 s by a proxy', must: 'unreachable/SlowPath', scene: { middle: slowPath(1_900) } },
  {
    fault: '30 % loss each way and 300 ms each way, try 1',
    must: 'unreachable/PacketLoss',
    facts: { ...passed, curl: '28', secured_s: '0.000000', version: '000', plain: '400', small: '4 of 5 in 611-2840 ms', largest: '1400' },
  },
  { fault: '600 ms round trip, no loss, try 1', must: 'reachable/Reachable', scene: { middle: slowPath(300) } },
  {
    fault: '1.8 s round trip, no loss',
    must: 'reachable/Reachable',
    scene: { middle: slowPath(800) },
    says: /which is slow/,
  },
  {
    fault: 'MTU black hole (packets > 1200 vanish both ways)',
    must: 'unreachable/PacketsTooLarge',
    scene: { setup: nft('tcp dport 443 meta length > 1200 drop', 'tcp sport 443 meta length > 1200 drop') },
  },
  {
    fault: 'MTU black hole (packets > 600 vanish both ways)',
    must: 'unreachable/PacketsTooLarge',
    scene: { setup: nft('tcp dport 443 meta length > 600 drop', 'tcp sport 443 meta length > 600 drop') },
  },
  {
    fault: 'MTU black hole (packets > 250 vanish: not even ClientHello passes)',
    must: 'unreachable/PacketsTooLarge',
    scene: { setup: nft('tcp dport 443 meta length > 250 drop', 'tcp sport 443 meta length > 250 drop') },
  },
  {
    fault: '90 % loss each way',
    must: 'unreachable/ConnectionTimedOut',
    facts: { ...passed, tcp: 'timeout', egress: 'mcr.microsoft.com 200' },
  },
  {
    fault: 'no local ports left to the API server (something on the node holds them all)',
    must: 'unreachable/LocalPortsExhausted',
    scene: {
      setup: `sysctl -qw net.ipv4.ip_local_port_range='50000 50003'
for n in 1 2 3 4 5 6; do bash -c 'exec 3<>/dev/tcp/${SERVER}/443 && sleep 60' 2>/dev/null & done; sleep 0.5`,
    },
  },
  {
    fault: 'two A records, the second one dead (drops)',
    must: 'reachable/Reachable',
    scene: { dns: (name) => (name === HOST ? [SERVER, elsewhere] : '203.0.113.10') },
  },
  {
    fault: 'AAAA only, works',
    must: 'reachable/Reachable',
    scene: { listens: [V6], dns: (name) => (name === HOST ? V6 : '203.0.113.10') },
  },
  {
    fault: 'AAAA only, refuses',
    must: 'unreachable/ConnectionRefused',
    scene: { listens: [], here: [V6], dns: (name) => (name === HOST ? V6 : '203.0.113.10') },
  },
  {
    fault: 'AAAA only, accepts and hangs',
    must: 'unreachable/ServerSilent',
    scene: { listens: [V6], middle: middleBoxes.silent, dns: (name) => (name === HOST ? V6 : '203.0.113.10') },
  },
  {
    fault: 'AAAA only, no IPv6 route',
    must: 'unreachable/NoRoute',
    scene: { dns: (name) => (name === HOST ? 'fd77::4' : '203.0.113.10') },
  },
  {
    fault: 'server by IPv6 address, refused',
    must: 'unreachable/ConnectionRefused',
    scene: { listens: [], here: [V6], kubeconfig: (text) => text.replace(`https://${HOST}:443`, `https://[${V6}]:443`) },
  },
];

const names: NodeFault[] = [
  {
    fault: 'DNS answers a private address of another network (drops)',
    must: 'unreachable/ConnectionTimedOut',
    scene: { dns: (name) => (name === HOST ? elsewhere : '203.0.113.10') },
    says: /private address 10\.77\.0\.4/,
  },
  {
    fault: 'DNS answers the private endpoint of another cluster with the same SANs',
    must: 'unreachable/ServerCertificateUnknownIssuer',
    scene: { shows: 'otherCluster' },
  },
  { fault: 'stub; Azure DNS answers SERVFAIL', must: 'unreachable/DnsServerFailure', scene: { dns: () => 'servfail' } },
  {
    fault: 'stub; NXDOMAIN everywhere',
    must: 'unreachable/NameNotFound',
    scene: { dns: (name) => (name === HOST ? 'unknown' : '203.0.113.10') },
  },
  {
    fault: 'stub; NOERROR without an address (private zone lacks the A record)',
    must: 'unreachable/NameNotFound',
    scene: { dns: (name) => (name === HOST ? 'empty' : '203.0.113.10') },
    says: /empty/,
  },
  { fault: 'stub; Azure DNS silent', must: 'unreachable/DnsTimeout', scene: { dns: () => 'silent' } },
  {
    fault: 'Azure DNS silent, and all outbound 443 dropped too',
    must: 'unreachable/NoEgress',
    scene: { dns: () => 'silent', setup: nft('tcp dport 443 drop') },
  },
  {
    fault: 'systemd-resolved has crashed (127.0.0.53 refuses)',
    must: 'unreachable/ResolverDead',
    scene: { resolvConf: 'nameserver 127.0.0.53\n' },
  },
  { fault: 'resolv.conf empty', must: 'unreachable/NoNameServer', scene: { resolvConf: '' } },
  {
    fault: 'stub; Azure DNS takes 4 s',
    must: 'unreachable/DnsSlow',
    facts: { ...passed, dns_ms: '4108', curl: '0', version: '200', livez: '200', readyz: '200' },
  },
  { fault: 'stub; Azure DNS takes 6 s', must: 'unreachable/DnsTimeout', scene: { dns: () => after(6_000, SERVER) } },
  {
    fault: 'plain resolv.conf; DNS takes 4 s',
    must: 'reachable/Reachable',
    scene: { dns: () => after(3_500, SERVER) },
    says: /which is slow/,
  },
  { fault: 'custom DNS: NXDOMAIN, Azure knows it', must: 'unreachable/ResolverDiffers', scene: { customDns: () => 'unknown' } },
  { fault: 'custom DNS: silent, Azure knows it', must: 'unreachable/DnsTimeout', scene: { customDns: () => 'silent' } },
  {
    fault: '/etc/hosts leads to an old address (drops)',
    must: 'unreachable/HostsFile',
    scene: { hosts: `${elsewhere} ${HOST}` },
  },
  { fault: 'UDP 53 blocked', must: 'reachable/Reachable', scene: { hosts: `${SERVER} ${HOST}`, setup: nft('udp dport 53 drop') } },
];

const proxies: NodeFault[] = [
  {
    fault: 'https_proxy of the agent leads nowhere (refused), direct path fine',
    must: 'reachable/Reachable',
    scene: { env: { https_proxy: 'http://127.0.0.1:1' } },
  },
  {
    fault: 'agent has a working proxy, kubelet has none, direct path dropped',
    must: 'unreachable/ConnectionTimedOut',
    scene: { ...dropped, here: ['10.224.0.9'], middle: middleBoxes.tunnels, env: { HTTPS_PROXY: proxy } },
  },
  {
    fault: 'proxy in /etc/environment and kubelet drop-in only (kubelet goes through it), direct path dropped',
    must: 'reachable/Reachable',
    scene: { ...dropped, here: ['10.224.0.9'], middle: middleBoxes.tunnels, units: `[Service]\nEnvironment="HTTPS_PROXY=${proxy}"\n` },
  },
  {
    fault: 'proxy-url in the kubeconfig leads nowhere',
    must: 'unreachable/ProxyUnreachable',
    scene: { kubeconfig: (text) => text.replace(/( +)server: .*/, `$&\n$1proxy-url: http://10.77.0.9:3128`) },
    says: /10\.77\.0\.9:3128.*without it, TCP to the API server: ok/,
  },
  {
    fault: 'a dead proxy of kubelet, from which NO_PROXY exempts the API server',
    must: 'reachable/Reachable',
    scene: { units: '[Service]\nEnvironment="HTTPS_PROXY=http://10.77.0.9:3128" "NO_PROXY=10.0.0.0/16,.azmk8s.io"\n' },
  },
  {
    fault: 'a dead proxy of kubelet, with NO_PROXY for others alone',
    must: 'unreachable/ProxyUnreachable',
    scene: { units: 'DefaultEnvironment=HTTPS_PROXY=http://10.77.0.9:3128 NO_PROXY=localhost,azmk8s.com\n' },
  },
  {
    fault: 'a proxy that lets through, a node that resolves no name of its own, and a server that asks who is there',
    must: 'unreachable/ClientCertificateForeign',
    scene: {
      here: ['10.224.0.9'],
      middle: middleBoxes.tunnels,
      client: 'clientOldCa',
      dns: () => 'silent',
      units: `Environment=HTTPS_PROXY=${proxy}\n`,
    },
  },
  {
    fault: 'a proxy that refuses the API server',
    must: 'unreachable/ProxyRefused',
    scene: { here: ['10.224.0.9'], middle: middleBoxes.refusesTunnels, units: `Environment=HTTPS_PROXY=${proxy}\n` },
  },
];

const tools: NodeFault[] = [
  { fault: 'kubectl is an empty file', must: 'unknown/KubectlBroken', scene: { kubectl: { text: '' } } },
  { fault: 'kubectl is zero-filled', must: 'unknown/KubectlBroken', scene: { kubectl: { text: Buffer.alloc(100_000) } } },
  {
    fault: 'kubectl is an HTML page',
    must: 'unknown/KubectlBroken',
    scene: { kubectl: { text: '<html><body>Sign in</body></html>\n' } },
  },
  { fault: 'kubectl of arm64', must: 'unknown/KubectlBroken', scene: { kubectl: { text: otherArch() } } },
  { fault: 'kubectl not executable', must: 'unknown/KubectlMissing', scene: { kubectl: { text: '#!/bin/sh\n', mode: 0o644 } } },
  { fault: 'no kubectl at all', must: 'unknown/KubectlMissing', scene: { kubectl: undefined } },
  { fault: 'kubectl exits 0 without an answer', must: 'unknown/KubectlBroken', scene: { kubectl: { text: '#!/bin/sh\necho ok\n' } } },
  { fault: 'kubectl is killed (out of memory)', must: 'unknown/KubectlKilled', scene: { kubectl: { text: '#!/bin/sh\nkill -9 $$\n' } } },
  { fault: 'kubectl crashes', must: 'unknown/KubectlKilled', scene: { kubectl: { text: '#!/bin/sh\nkill -SEGV $$\n' } } },
  // Either is true of a healthy path: an outage is not.
  { fault: 'CPU limited to 2 %, all else healthy', must: ['reachable/Reachable', 'unknown/NodeTooSlow'], scene: {}, cpu: 2 },
  { fault: 'CPU limited to 1.5 %, all else healthy', must: ['reachable/Reachable', 'unknown/NodeTooSlow'], scene: {}, cpu: 1.5 },
  { fault: 'CPU limited to 1.2 %, all else healthy', must: ['reachable/Reachable', 'unknown/NodeTooSlow'], scene: {}, cpu: 1.2 },
  { fault: 'CPU limited to 1.0 %, all else healthy', must: ['reachable/Reachable', 'unknown/NodeTooSlow'], scene: {}, cpu: 1 },
  { fault: 'kubeconfig empty', must: 'unreachable/KubeconfigBroken', scene: { kubeconfig: () => '' } },
  { fault: 'kubeconfig gone', must: 'unreachable/KubeconfigMissing', scene: { kubeconfig: () => undefined } },
  {
    fault: 'kubeconfig is broken YAML after the server',
    must: 'unreachable/KubeconfigBroken',
    scene: { kubeconfig: (text) => text.replace('users:\n', 'users:\n\t- x: [\n') },
    says: /yaml|line/,
  },
  { fault: 'kubeconfig is zeros after a crash', must: 'unreachable/KubeconfigBroken', scene: { kubeconfig: () => '\0'.repeat(2000) } },
  {
    fault: 'kubeconfig as JSON, its server drops',
    must: 'unreachable/ConnectionTimedOut',
    scene: { kubeconfig: json, setup: nft(`${toServer} drop`) },
  },
  {
    fault: 'kubeconfig empty, a pod of the host network answers JSON on localhost:8080',
    must: 'unknown/KubeconfigBroken',
    scene: {
      kubeconfig: () => '',
      here: ['127.0.0.1'],
      middle: (wire) =>
        void wire
          .on('error', () => {})
          .on('data', () =>
            wire.end(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n${JSON.stringify(podSays)}`),
          ),
    },
  },
  { fault: 'timeout missing, healthy', must: 'unknown/ToolMissing', scene: { lacks: 'timeout' } },
  { fault: 'getent missing, API server refuses', must: 'unreachable/ConnectionRefused', scene: { lacks: 'getent', listens: [] } },
  {
    fault: 'openssl missing, API server has an unknown CA',
    must: 'unreachable/ServerCertificateUnknownIssuer',
    scene: { lacks: 'openssl', shows: 'otherCluster' },
  },
  {
    fault: '/ and /tmp read-only',
    must: 'reachable/Reachable',
    scene: { setup: 'mount -t tmpfs -o ro none /tmp' },
  },
  {
    fault: '/tmp full, unknown CA',
    must: 'unreachable/ServerCertificateUnknownIssuer',
    scene: { shows: 'otherCluster', setup: 'mount -t tmpfs -o size=4k none /tmp; head -c 4096 /dev/zero >/tmp/full' },
  },
  {
    fault: 'script killed after 3 s (SIGKILL of the shell alone)',
    must: 'unknown/NoProof',
    scene: { middle: middleBoxes.silent, killedAfter: 3 },
  },
];

const plugin =
  (command: string): Scene['kubeconfig'] =>
  (text) =>
    text.replace(
      /client-certificate: .*\n.*client-key: .*\n/,
      `exec: {apiVersion: client.authentication.k8s.io/v1, command: ${command}, interactiveMode: Never}\n`,
    );
/** A kubectl that is killed at one of its commands. */
const killsOn = (command: string) =>
  `mkdir -p /opt/real && cp /opt/bin/kubectl /opt/real/kubectl && umount /opt/bin/kubectl && printf '%s\n' '#!/bin/sh' 'case " $* " in *" ${command} "*) kill -9 $$ ;; esac' 'exec /opt/real/kubectl "$@"' >/opt/bin/kubectl && chmod 755 /opt/bin/kubectl`;
const withPlugin = (script: string) => `printf '%s\n' '#!/bin/sh' '${script}' >/opt/bin/login; chmod 755 /opt/bin/login`;
const unlessConfig = (then: string) => ({ text: `#!/bin/sh\ncase "$*" in *config*) exit 1 ;; esac\n${then}\n` });

/** What a review of the script found beside. */
const beside: NodeFault[] = [
  {
    fault: 'kubectl is a shim that finds no version',
    must: 'unknown/KubectlBroken',
    scene: { kubectl: unlessConfig('echo "no version installed" >&2; exit 1') },
  },
  {
    fault: 'a context without a user',
    must: 'unreachable/ClientCredentialBroken',
    scene: { kubeconfig: (text) => text.replace('    user: client\n', ''), anonymous: true },
  },
  {
    fault: 'a credential plugin that hangs',
    must: 'unreachable/ClientCredentialBroken',
    scene: { kubeconfig: plugin('/opt/bin/login'), setup: withPlugin('sleep 60') },
  },
  {
    fault: 'a credential plugin that is not there',
    must: 'unreachable/ClientCredentialBroken',
    scene: { kubeconfig: plugin('/opt/bin/nologin'), anonymous: true },
  },
  {
    fault: 'a credential plugin that leaves a process behind',
    must: 'unreachable/ClientCredentialBroken',
    scene: {
      kubeconfig: plugin('/opt/bin/login'),
      setup: withPlugin(
        'setsid sleep 45 & echo "{\\"apiVersion\\":\\"client.authentication.k8s.io/v1\\",\\"kind\\":\\"ExecCredential\\",\\"status\\":{\\"token\\":\\"none\\"}}"',
      ),
    },
  },
  {
    fault: 'resolv.conf with a comment behind the server, NXDOMAIN',
    must: 'unreachable/NameNotFound',
    scene: {
      resolvConf: 'nameserver\t168.63.129.16 # of Azure\n',
      dns: (name) => (name === HOST ? 'unknown' : '203.0.113.10'),
    },
  },
  {
    fault: 'a name in /etc/hosts that only begins like the API server',
    must: 'unreachable/ConnectionTimedOut',
    scene: { hosts: `${elsewhere} ${HOST}.old`, setup: nft(`${toServer} drop`) },
  },
  {
    fault: 'tls-server-name that the certificate lacks, through a proxy',
    must: 'unreachable/ServerCertificateWrongName',
    scene: {
      here: ['10.224.0.9'],
      middle: middleBoxes.tunnels,
      units: `Environment=HTTPS_PROXY=${proxy}\n`,
      kubeconfig: (text) => text.replace(/( +)server: .*/, '$&\n$1tls-server-name: other.example'),
    },
  },
  {
    fault: 'NO_PROXY with a space in it, and a drop-in that resets the proxy',
    must: 'reachable/Reachable',
    scene: { units: 'Environment="HTTPS_PROXY=http://10.77.0.9:3128" "NO_PROXY=a.b, Azmk8s.io"\n' },
  },
  {
    fault: 'a later drop-in that takes the proxy back',
    must: 'reachable/Reachable',
    scene: { units: 'Environment=HTTPS_PROXY=http://10.77.0.9:3128\nEnvironment=HTTPS_PROXY=\n' },
  },
  {
    fault: 'an agent whose environment names no authorities, and packets that are dropped',
    must: 'unreachable/ConnectionTimedOut',
    scene: { env: { CURL_CA_BUNDLE: '/nowhere', BASH_ENV: '/nowhere', SSLKEYLOGFILE: '/tmp/keys' }, setup: nft(`${toServer} drop`) },
  },
  {
    fault: 'kubectl is killed while it asks for the node (out of memory)',
    must: 'reachable/Reachable',
    scene: { setup: killsOn('get') },
  },
];

/** The faults of `cases/node-faults.md` and some beside them; where two were provoked alike, the second is a line of its own all the same. */
export const nodeFaults: NodeFault[] = [
  ...controlPlane,
  ...identity,
  ...certificates,
  ...network,
  ...names,
  ...proxies,
  ...tools,
  ...beside,
];

/** Whether the machine has what makes a fault real: packet filters, and a limit for a group of processes. */
export const hasNft = (() => {
  try {
    execFileSync('nft', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
