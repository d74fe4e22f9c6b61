import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { classifyReport } from '../../src/probe/classify.ts';
import { plainWords } from '../../src/probe/plain-words.ts';
import { CHATTER } from './chatter.ts';
import { nodeFaults } from './node-faults.ts';

/** What the node script printed under each fault of `node-faults.ts`: written anew by `RECORD=1 npx vitest run test/probe/node-faults.test.ts`. */
const recorded: { fault: string; exitCode: number; facts: Record<string, string> }[] = JSON.parse(
  readFileSync(new URL('recorded-faults.json', import.meta.url), 'utf8'),
);

const host = 'shop-1.hcp.westeurope.azmk8s.io';
const of = { ms: '7012', config_ms: '60', kubeconfig: 'ok', host, port: '443', dns: '198.51.100.4', dns_ms: '3', clock: '1796053937' };
const open = { ...of, tcp: 'ok', tcp_ms: '10', credential: 'file', ca: 'subject=CN = ca' };

/** Faults that need packet filters, and what Windows says, by their facts. */
const others: Record<string, Record<string, string>> = {
  dropped: {
    ...of,
    tcp: 'timeout',
    tcp_ms: '3010',
    egress: 'mcr.microsoft.com 200',
    said: `Unable to connect to the server: dial tcp 198.51.100.4:443: i/o timeout`,
  },
  'all dropped': { ...of, tcp: 'timeout', tcp_ms: '3010', egress: 'mcr.microsoft.com 000', said: 'error: net/http: TLS handshake timeout' },
  prohibited: {
    ...of,
    tcp: 'prohibited',
    route: '198.51.100.4 via 10.224.0.1 dev eth0',
    said: 'Unable to connect to the server: dial tcp: no route to host',
  },
  exhausted: { ...of, tcp: 'exhausted', said: 'dial tcp 198.51.100.4:443: connect: cannot assign requested address' },
  'of another kind': { ...of, tcp: 'failed Protocol not available' },
  'too large': {
    ...open,
    curl: '28',
    version: '000',
    curl_said: 'curl: (28) Operation timed out after 3001 milliseconds with 0 bytes received',
    plain: '400',
    small: '5 of 5 in 3-20 ms',
    largest: '600',
  },
  'alert of the server': {
    ...open,
    curl: '35',
    version: '000',
    curl_said: 'curl: (35) OpenSSL/3.0.2: error:0A000410:SSL routines::sslv3 alert handshake failure',
  },
  'Windows, no answer': {
    ...open,
    curl: '28',
    handshake: 'timeout',
    curl_said: `Unable to connect to the server: net/http: request canceled (Client.Timeout exceeded while awaiting headers)`,
  },
  'Windows, a reset': {
    ...open,
    curl: '35',
    handshake: 'reset',
    curl_said: `read tcp 10.0.0.4:50100->198.51.100.4:443: wsarecv: An existing connection was forcibly closed`,
  },
  'Windows, Client Version': {
    ...open,
    curl: '2',
    said: 'Client Version: v1.33.2 Kustomize Version: v5.6.0 Unable to connect to the server: EOF',
    curl_said: '',
  },
  'an API group list': {
    ...open,
    said: `couldn't get current server API group list: Get "https://${host}:443/api?timeout=7s": proxyconnect tcp: dial tcp 10.0.0.9:3128: connect: connection refused`,
  },
};

const all = [...recorded, ...Object.entries(others).map(([fault, facts]) => ({ fault, exitCode: 1, facts }))];
const judged = all.map(({ fault, exitCode, facts }) => ({
  fault,
  facts,
  ...classifyReport({ exitCode, facts: new Map(Object.entries(facts)) }),
}));
const saidOf = ({ message, served }: (typeof judged)[number]) => (served?.ok === false ? served.message : message);
const said = (fault: string) => saidOf(judged.find((each) => each.fault === fault)!);

describe('the message of each fault', () => {
  it('is there for nearly every fault of the table', () => {
    const names = new Set(recorded.map(({ fault }) => fault));
    const missing = nodeFaults.filter(
      ({ fault, scene, cpu }) => scene !== undefined && cpu === undefined && !scene.setup?.includes('nft -f') && !names.has(fault),
    );
    // It gives no complete output.
    expect(missing.map(({ fault }) => fault)).toEqual(['script killed after 3 s (SIGKILL of the shell alone)']);
  });

  it.each(judged.map((each) => [each.fault, each] as const))('holds no chatter of a tool: %s', (_, each) => {
    const message = saidOf(each);
    expect(message).not.toMatch(CHATTER);
    expect(message).toMatch(/^[\w[][^\n]{8,300}$/);
    expect(message).not.toMatch(/undefined|NaN|: *$|\(\)|no further detail/);
  });

  it.each(
    judged.filter(({ verdict, facts }) => verdict === 'unreachable' && facts.host !== undefined).map((each) => [each.fault, each] as const),
  )('names what failed: %s', (_, { message }) => {
    expect(message).toMatch(/azmk8s\.io|\bproxy \S+:\d+|kubeconfig|certificate of the node|\[fd00::4\]:443/);
  });

  it.each([
    ['API server not running', `${host}:443 (public address 198.51.100.4) refused the TCP connection`],
    ['dropped', `${host}:443 (public address 198.51.100.4) did not answer TCP within 3 s`],
    ['all dropped', `${host}:443 (public address 198.51.100.4) did not answer TCP within 3 s; mcr.microsoft.com does not answer either`],
    ['prohibited', `a router or firewall on the way answered that ${host}:443 (public address 198.51.100.4) may not be reached`],
    ['stub; NXDOMAIN everywhere', `${host} did not resolve on the node: the node's DNS server 168.63.129.16 knows no such name (NXDOMAIN)`],
    [
      'custom DNS: NXDOMAIN, Azure knows it',
      `${host} did not resolve on the node: the node's DNS server 10.224.0.53 knows no such name (NXDOMAIN); Azure's DNS 168.63.129.16 says 198.51.100.4`,
    ],
    ['resolv.conf empty', `${host} did not resolve: the node has no DNS server`],
    [
      'server certificate of an intercepting proxy',
      `${host}:443 (public address 198.51.100.4) shows a certificate issued by "CN=Corp Inspection", while the CA of the cluster is "CN=ca"`,
    ],
    ['RBAC: public-info-viewer and discovery taken away', `${host}:443 (public address 198.51.100.4) answered HTTP 403`],
    ['a proxy that refuses the API server', `the proxy 10.224.0.9:3128 answered 403 to the request for a tunnel to ${host}:443`],
    ['a context without a user', 'the kubeconfig names no client credentials'],
    ['kubeconfig gone', 'the node has no kubeconfig'],
    [
      'proxy answers plain HTTP',
      expect.stringContaining(`${host}:443 (public address 198.51.100.4) answered with something that is not TLS; plain text: 5 of 5`),
    ],
    ['alert of the server', `${host}:443 (public address 198.51.100.4) ended the TLS handshake with the alert "handshake failure"`],
    ['Windows, a reset', `${host}:443 (public address 198.51.100.4) reset the connection in the TLS handshake`],
    ['Windows, Client Version', `kubectl gave up after 7 s on ${host}:443 (public address 198.51.100.4): EOF`],
    ['an API group list', `kubectl gave up after 7 s on ${host}:443 (public address 198.51.100.4): connect: connection refused`],
    ['Windows, no answer', `${host}:443 (public address 198.51.100.4) did not finish the TLS handshake within 7 s`],
  ])('says of "%s": %s', (fault, words) => {
    expect(said(fault)).toEqual(words);
  });

  it('says when a certificate expired, or from when on it is valid', () => {
    expect(said('server certificate expired')).toMatch(
      new RegExp(
        `^the certificate of ${host}:443 \\(public address 198\\.51\\.100\\.4\\) expired on 20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC$`,
      ),
    );
    expect(said('server certificate of the day after tomorrow')).toMatch(/is not valid before 20\d\d-\d\d-\d\d \d\d:\d\d UTC$/);
    expect(said('client certificate expired, anonymous-auth=false')).toMatch(
      /^the client certificate of the node expired on 20.* UTC; .* answered HTTP 401$/,
    );
    expect(said('node clock 1 year and 3 days ahead')).toMatch(/^the clock of the node is 36\d days ahead of that of shop-1/);
    expect(said('node clock 26 hours behind (server certificate is 25 h old)')).toMatch(/26 hours behind/);
  });
});

describe('plainWords', () => {
  it.each([
    ['curl: (28) Connection timed out after 3002 milliseconds', 'Connection timed out after 3002 milliseconds'],
    ['Unable to connect to the server: dial tcp 1.2.3.4:443: i/o timeout', 'i/o timeout'],
    [
      'Unable to connect to the server: dial tcp: lookup a.example on 10.0.0.4:53: no such host',
      'lookup a.example on 10.0.0.4:53: no such host',
    ],
    ['Error from server (Forbidden): nodes "n" is forbidden', 'nodes "n" is forbidden'],
    ['error: error: error loading config file "/var/lib/kubelet/kubeconfig": yaml: line 3: x', 'yaml: line 3: x'],
    ['Client Version: v1.33.2', ''],
    ['curcurl: (1) l: (28) dial dial tcp tcp', ''],
    ['', ''],
    [undefined, ''],
  ])('of %j are %j', (text, words) => {
    expect(plainWords(text)).toBe(words);
  });
});
