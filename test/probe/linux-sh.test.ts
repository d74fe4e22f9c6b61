import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { findKubectl } from '../../local/kubectl.ts';
import { type CertificateAuthority, createCertificateAuthority, type KeyPair } from '../../local/simulator/certificate-authority.ts';
import { type BlackHole, digBlackHole } from '../../local/simulator/open-blackhole.ts';
import { substituteLines } from '../../local/simulator/substitute-lines.ts';
import type { ReasonCode } from '../../src/model/reasons.ts';
import { classifyReport } from '../../src/probe/classify.ts';
import { parseReport } from '../../src/probe/parse.ts';
import { composeScript } from '../../src/probe/script.ts';
import { kubeconfigText } from './kubeconfig-text.ts';

const nonce = '0123456789abcdef';
const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const busybox = systemPath
  .split(delimiter)
  .map((place) => join(place, 'busybox'))
  .find(existsSync);
const shells = ['sh', 'bash', ...(busybox ? [`${busybox} ash`] : [])];
const versionOf = (gitVersion: string) =>
  `cat <<'END'\n{\n  "clientVersion": {\n    "major": "1",\n    "gitVersion": "v1.30.0"\n  },\n  "serverVersion": {\n    "major": "1",\n    "gitVersion": "${gitVersion}"\n  }\n}\nEND`;
const good = versionOf('v1.31.4');
const machine = 'e4f93719-5f56-41c5-81b3-7bebd88aa328';
const nodeName = 'aks-web-1-vmss000000';
const realKubectl = await findKubectl();
const refused = 'echo "The connection to the server was refused" >&2; exit 1';

let dir: string;
let authority: CertificateAuthority;
let stranger: CertificateAuthority;
let namesake: CertificateAuthority;
let blackHole: BlackHole;
const servers: Server[] = [];
/** Address and port of each. */
const places: Record<string, string> = {};

async function listen(name: string, server: Server, host = '127.0.0.1'): Promise<number> {
  servers.push(server);
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  places[name] = `${host}:${port}`;
  return port;
}

/** On Linux an address of its own, so that nobody else takes a port that nobody listens on. */
const lonely =
  process.platform === 'linux' ? `127.${200 + Math.floor(Math.random() * 50)}.${Math.floor(Math.random() * 250)}.1` : '127.0.0.1';

/** An API server that answers every request with one status, but some paths with their own. */
const answering = (
  pair: KeyPair,
  status: number,
  more: { ca?: string; requestCert?: boolean; headers?: Record<string, string>; paths?: Record<string, number> } = {},
) =>
  createTlsServer({ key: pair.key, cert: pair.certificate, ca: more.ca, requestCert: more.requestCert }, ({ url }, response) =>
    response.writeHead(more.paths?.[url ?? ''] ?? status, more.headers).end('{}'),
  );

const daysFromNow = (days: number) => new Date(Date.now() + days * 86_400_000).toUTCString();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'linux-sh-test-'));
  [authority, stranger, namesake] = (await Promise.all(['cluster', 'stranger', 'cluster'].map(createCertificateAuthority))) as [
    CertificateAuthority,
    CertificateAuthority,
    CertificateAuthority,
  ];
  const holder = { commonName: 'api', dnsNames: ['api.internal'], ipAddresses: ['127.0.0.1'] };
  const [own, expired, early, other, client, oldClient] = await Promise.all([
    authority.issue('server', holder),
    authority.issue('server', { ...holder, from: -20, until: -10 }),
    authority.issue('server', { ...holder, from: 10, until: 20 }),
    authority.issue('server', { commonName: 'other', dnsNames: ['other.internal'] }),
    authority.issue('client', { commonName: 'system:node:aks', organization: 'system:nodes' }),
    authority.issue('client', { commonName: 'system:node:aks', organization: 'system:nodes', from: -20, until: -1 }),
  ]);
  await writeFile(join(dir, 'ca.crt'), authority.certificate);
  await writeFile(join(dir, 'client.crt'), client.certificate);
  await writeFile(join(dir, 'client.key'), client.key);
  await writeFile(join(dir, 'old-client.crt'), oldClient.certificate);
  await writeFile(join(dir, 'old-client.key'), oldClient.key);
  for (const status of [200, 302, 401, 403, 429, 500, 503]) await listen(String(status), answering(own, status));
  await listen('portal', answering(own, 200, { headers: { 'content-type': 'text/html; charset=utf-8' } }));
  await listen('starting', answering(own, 200, { paths: { '/readyz': 503 } }));
  await listen('slow clock', answering(expired, 200, { headers: { date: daysFromNow(-15) } }));
  await listen('fast clock', answering(early, 200, { headers: { date: daysFromNow(15) } }));
  await listen('expired', answering(expired, 200));
  await listen('early', answering(early, 200));
  await listen('other', answering(other, 200));
  await listen('internal', answering(await authority.issue('server', { commonName: 'api', dnsNames: ['api.internal'] }), 200));
  await listen('mutual', answering(own, 200, { ca: authority.certificate, requestCert: true }));
  await listen(
    'reset',
    createTlsServer({ key: own.key, cert: own.certificate }, (request) => request.socket.destroy()),
  );
  await listen(
    'plain',
    createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 200 OK\r\n\r\n')),
  );
  await listen(
    'silent',
    createServer((socket) => socket.on('error', () => {})),
  );
  const listenNoMore = async (name: string) => {
    const port = await listen(name, createServer(), lonely);
    const server = servers.pop()!;
    await new Promise((resolve) => server.close(resolve));
    return port;
  };
  await listenNoMore('closed');
  blackHole = await digBlackHole(lonely, await listenNoMore('hole'));
});

afterAll(async () => {
  for (const server of servers) {
    server.close();
    if ('closeAllConnections' in server) (server as ReturnType<typeof createTlsServer>).closeAllConnections();
  }
  await blackHole.close();
  await rm(dir, { recursive: true, force: true });
});

interface Node {
  shell?: string;
  /** What the fake kubectl does once it has noted its arguments; without one there is no kubectl. */
  kubectl?: string;
  /** The text of the kubeconfig; without one there is none. */
  kubeconfig?: string;
  /** What stands in the script's `KUBECTL` line, `$0` for the node's own kubectl. */
  candidates?: string;
  /** Where the diagnosis goes besides the API server: by default to a place that answers. */
  egress?: string[];
  /** Where the folders of earlier runs are. */
  litter?: string;
  /** What stands in other lines of the script that name paths. */
  lines?: Record<string, string>;
  env?: Record<string, string>;
}

// The script gives each of its stages seconds, in which one of many gets nowhere. Those that wait for what never comes hardly need a core.
const busy = pLimit(2 * availableParallelism());
const idle = pLimit(10 * availableParallelism());

/** Runs the script as Run Command would, on a node made of a folder. */
async function runNode({
  shell = 'sh',
  kubectl,
  kubeconfig,
  candidates = '$0',
  egress = ['200'],
  litter = '/nowhere',
  lines = {},
  env,
}: Node) {
  const own = await mkdtemp(join(dir, 'node-'));
  const work = join(own, 'work');
  await mkdir(work);
  const path = join(own, 'kubectl');
  const calls = join(own, 'calls');
  // What it is asked of its own kubeconfig, and of the node's object, goes to the real one or is answered for it.
  const others = `case " $* " in *' config view '* | *' version --client '*) exec '${realKubectl}' "$@" ;; *' get --raw /api/v1/nodes/'*) exit 0 ;; esac`;
  if (kubectl !== undefined)
    await writeFile(path, `#!/bin/sh\nprintf '%s\\n' "$*" >> '${calls}'\n${others}\n${kubectl}\n`, { mode: 0o700 });
  await Promise.all([writeFile(join(own, 'machine'), `${machine}\n`), writeFile(join(own, 'hostname'), `${nodeName}\n`)]);
  if (kubeconfig !== undefined) await writeFile(join(own, 'kubeconfig'), kubeconfig);
  const endpoints = egress.map((name) => `${at(name)}/v2/`);
  const paths = {
    kubectl: candidates.replace('$0', path),
    kubeconfig: join(own, 'kubeconfig'),
    machine: join(own, 'machine'),
    hostname: join(own, 'hostname'),
  };
  const script = substituteLines(composeScript(nonce, endpoints).join('\n'), paths)
    .replace(/^LITTER=.*$/m, `LITTER='${litter}'`)
    .replace(/^(KUBELET|UNITS)=.*$/gm, (line, name: string) => (lines[name] === undefined ? line : `${name}='${lines[name]}'`));
  await writeFile(join(own, 'script.sh'), script);

  const run = async () => {
    const from = performance.now();
    const [program = '', ...args] = shell.split(' ');
    const child = spawn(program, [...args, join(own, 'script.sh')], {
      cwd: work,
      env: { PATH: systemPath, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    return { stdout, stderr, code: code as number, seconds: (performance.now() - from) / 1000 };
  };
  const slow = ['sleep', places.hole!, places.silent!];
  const waits = [kubectl, kubeconfig, ...endpoints].some((words) => slow.some((word) => words?.includes(word)));
  const { stdout, stderr, code, seconds } = await (waits ? idle : busy)(run);
  const report = parseReport(stdout, nonce);
  return {
    stdout,
    stderr,
    code,
    seconds,
    report,
    verdict: report && classifyReport(report).verdict,
    reason: report && classifyReport(report).reason,
    calls: (await readFile(calls, 'utf8').catch(() => '')).split('\n').slice(0, -1),
    kubeconfigPath: paths.kubeconfig,
    litter: await readdir(work),
  };
}

const base64 = (pem: string) => Buffer.from(pem).toString('base64');

const kubeconfigOf = (server: string, cluster: string[] = [], user = ['token: none']) => kubeconfigText(server, cluster, user);

const trusted = () => [`certificate-authority-data: ${base64(authority.certificate)}`];
const clientCertificate = (name: string) => [`client-certificate: ${join(dir, `${name}.crt`)}`, `client-key: ${join(dir, `${name}.key`)}`];
const at = (name: string) => `https://${places[name]}`;

/** Runs a node up to three times: the quickest tells the script's own time, the others that of the machine's other work. */
async function runQuickly(node: Node) {
  let best = await runNode(node);
  for (let left = 2; left > 0 && best.seconds >= 20; left--) {
    const again = await runNode(node);
    if (again.seconds < best.seconds) best = again;
  }
  return best;
}

// Alone: what is left of its 20 seconds for the last place is too short for a machine that is busy with the others.
describe('the node script against a kubectl that hangs, where egress is cut off too', { timeout: 180_000 }, () => {
  it.for(shells)('ends within 20 s under %s when all places but the last are black holes too', async (shell, { expect }) => {
    const egress = ['hole', 'silent', 'hole', 'silent', '200'];
    // As kubectl itself ends where its packets are dropped.
    const node = { shell, kubectl: 'sleep 7; exit 1', kubeconfig: kubeconfigOf(at('hole'), trusted()) };
    const [reached, cutOff] = await Promise.all([runQuickly({ ...node, egress }), runQuickly({ ...node, egress: egress.slice(0, -1) })]);
    for (const { seconds } of [reached, cutOff]) expect(seconds).toBeLessThan(20);
    expect([reached.reason, reached.report?.facts.get('egress')]).toEqual(['ConnectionTimedOut', `${places['200']} 200`]);
    expect([cutOff.reason, cutOff.report?.facts.get('egress')]).toEqual(['NoEgress', `${places.hole} 000`]);
  });
});

// Beside each other, but apart from the rest: a suite that is concurrent itself would run beside the next ones.
describe('the node script against a kubectl that hangs and an API server that is silent', { timeout: 180_000 }, () => {
  const hangs: [how: string, kubectl: string][] = [
    ['hangs', 'exec sleep 60'],
    ['hangs with children that keep its output open', 'sleep 60 & sleep 60'],
    ['hangs and cannot be asked to stop', "trap '' TERM; while :; do sleep 1; done"],
  ];
  it.concurrent.for(shells.flatMap((shell) => hangs.map(([how, kubectl]) => ({ shell, how, kubectl }))))(
    'ends within 20 s under $shell when kubectl $how',
    async ({ shell, kubectl }, { expect }) => {
      const kubeconfig = kubeconfigOf(at('silent'), trusted());
      const { seconds, report, reason, calls, stdout } = await runQuickly({ shell, kubectl, kubeconfig });
      expect(seconds).toBeLessThan(20);
      expect([124, 137]).toContain(report?.exitCode);
      // What is left of the 20 seconds may be too short to try plain text too.
      expect(['ServerSilent', 'TlsTimedOut']).toContain(reason);
      expect(calls.filter((call) => / version /.test(call))).toHaveLength(1);
      expect(stdout.endsWith(`AFP1 end ${nonce} rc=${report?.exitCode}\n`)).toBe(true);
    },
  );
});

describe.each(shells)('the node script under %s', { concurrent: true, timeout: 180_000 }, (shell) => {
  it('asks two things of the API server of a healthy node, and does nothing else', async ({ expect }) => {
    const kubeconfig = kubeconfigOf(at('200'), trusted());
    const { stdout, stderr, code, calls, kubeconfigPath, litter, report } = await runNode({ shell, kubectl: good, kubeconfig });
    const [host, port] = places['200']!.split(':');
    expect(stdout.replace(/(ms|clock)=\d+\n/g, '$1=…\n')).toBe(
      `\nAFP1 begin ${nonce}\nmachine=${machine}\nms=…\nclock=…\nserver=v1.31.4\nconfig_ms=…\nkubeconfig=ok\nhost=${host}\nport=${port}\nname=${nodeName}\nnode=200\nnode_ms=…\nAFP1 end ${nonce} rc=0\n`,
    );
    const flags = `--kubeconfig ${kubeconfigPath} --cache-dir=/dev/null`;
    expect(calls.map((call) => call.replace(/jsonpath=.*/, 'jsonpath=…'))).toEqual([
      `${flags} version -o json --request-timeout=7s -v=6`,
      `${flags} config view --minify -o jsonpath=…`,
      `${flags} get --raw /api/v1/nodes/${nodeName} --request-timeout=3s -v=6`,
    ]);
    expect(calls.join()).not.toMatch(/--raw -o|--raw=true/);
    expect(Number(report?.facts.get('ms'))).toBeLessThan(10_000);
    expect({ stderr, code, litter }).toEqual({ stderr: '', code: 0, litter: [] });
  });

  it.for<[what: string, server: string, host: string | undefined, port: string | undefined]>([
    ['its own port', 'https://shop-1.hcp.westeurope.azmk8s.io:6443', 'shop-1.hcp.westeurope.azmk8s.io', '6443'],
    ['no port', '"https://shop-1.hcp.westeurope.azmk8s.io"', 'shop-1.hcp.westeurope.azmk8s.io', '443'],
    ['a path', 'https://10.0.0.4:443/clusters/a', '10.0.0.4', '443'],
    ['a user', 'https://ada:lovelace-1815@10.0.0.4:443', '10.0.0.4', '443'],
    ['an IPv6 address', '"https://[fd00::4]:6443"', '[fd00::4]', '6443'],
    ['no https', 'http://10.0.0.4', undefined, undefined],
  ])('tells where a healthy node reached its API server, under a URL with %s', async ([, server, host, port], { expect }) => {
    const { stdout, stderr, report } = await runNode({ shell, kubectl: good, kubeconfig: kubeconfigOf(server, trusted()) });
    expect([report?.exitCode, report?.facts.get('host'), report?.facts.get('port'), stderr]).toEqual([0, host, port, '']);
    expect(stdout).not.toMatch(/lovelace|ada/);
    expect(stdout).not.toContain(base64(authority.certificate).slice(0, 24));
    const { verdict, reason, message } = classifyReport(report!);
    if (host === undefined) expect([verdict, reason]).toEqual(['unknown', 'KubeconfigBroken']);
    else expect(message).toBe(`kubectl version of ${host}:${port} succeeded (server v1.31.4)`);
  });

  it('takes the first kubectl that the kernel can run', async ({ expect }) => {
    const [empty, page] = ['empty', 'page'].map((name) => join(dir, `${name}-${shell.replaceAll(/\W/g, '-')}`)) as [string, string];
    await Promise.all([writeFile(empty, '', { mode: 0o755 }), writeFile(page, '<html>', { mode: 0o755 })]);
    const kubeconfig = kubeconfigOf(at('200'), trusted());
    const { report } = await runNode({ shell, kubectl: good, kubeconfig, candidates: `/nowhere/kubectl ${empty} ${page} $0 /bin/false` });
    expect(report?.facts.get('server')).toBe('v1.31.4');
  });

  it('says that there is no kubectl', async ({ expect }) => {
    const { stdout, reason } = await runNode({ shell });
    expect(stdout).toBe(`\nAFP1 begin ${nonce}\nmachine=${machine}\nkubectl=missing\nAFP1 end ${nonce} rc=127\n`);
    expect(reason).toBe('KubectlMissing');
  });

  it.for<[string, string, string | undefined]>([
    ['a version with a suffix', versionOf('v1.30.12-aks+build.7'), 'v1.30.12-aks+build.7'],
    ['no version where the JSON has none of a server', versionOf('v1.31.4').replace('serverVersion', 'otherVersion'), undefined],
    ['no version in plain text', 'echo "Server Version: v1.31.4"', undefined],
    ['no version from what is no version', versionOf('v1.31.4<script>'), undefined],
  ])('reads %s', async ([, kubectl, version], { expect }) => {
    const { report, verdict } = await runNode({ shell, kubectl, kubeconfig: kubeconfigOf(at('200'), trusted()) });
    expect([report?.exitCode, report?.facts.get('server') || undefined]).toEqual([0, version]);
    expect(verdict).toBe(version === undefined ? 'unknown' : 'reachable');
  });

  it('passes the exit code of kubectl on', async ({ expect }) => {
    const { report, calls } = await runNode({ shell, kubectl: 'exit 42' });
    expect([report?.exitCode, calls.length]).toEqual([42, 1]);
  });

  it.for<[string, string | undefined, ReasonCode]>([
    ['no kubeconfig', undefined, 'KubeconfigMissing'],
    ['an empty kubeconfig', '', 'KubeconfigBroken'],
    ['a kubeconfig whose server is not https', kubeconfigOf('http://127.0.0.1:8080'), 'KubeconfigBroken'],
    ['a name that does not resolve', kubeconfigOf('https://no..such.name:443'), 'NameNotFound'],
    ['an address without route', kubeconfigOf('https://224.0.0.1:443'), 'NoRoute'],
  ])('stops its diagnosis at %s', async ([, kubeconfig, expected], { expect }) => {
    const { reason, stderr, calls, litter } = await runNode({ shell, kubectl: refused, kubeconfig });
    expect({ reason, stderr, litter }).toEqual({ reason: expected, stderr: '', litter: [] });
    expect(calls.filter((call) => / (version -o|get) /.test(call))).toHaveLength(1);
  });

  it.for<[string, () => string, ReasonCode]>([
    ['a port that is closed', () => kubeconfigOf(at('closed'), trusted()), 'ConnectionRefused'],
    ['an address that drops packets', () => kubeconfigOf(at('hole'), trusted()), 'ConnectionTimedOut'],
    ['something that speaks no TLS', () => kubeconfigOf(at('plain'), trusted()), 'TlsFailed'],
    ['an expired certificate', () => kubeconfigOf(at('expired'), trusted()), 'ServerCertificateExpired'],
    ['a certificate of tomorrow', () => kubeconfigOf(at('early'), trusted()), 'ServerCertificateNotYetValid'],
    ['a server whose clock is behind', () => kubeconfigOf(at('slow clock'), trusted()), 'ClockSkew'],
    ['a server whose clock is ahead', () => kubeconfigOf(at('fast clock'), trusted()), 'ClockSkew'],
    ['a certificate for another name', () => kubeconfigOf(at('other'), trusted()), 'ServerCertificateWrongName'],
    [
      'a certificate of another authority',
      () => kubeconfigOf(at('200'), [`certificate-authority-data: ${base64(stranger.certificate)}`]),
      'TlsIntercepted',
    ],
    [
      'a certificate of an authority that is only called the same',
      () => kubeconfigOf(at('200'), [`certificate-authority-data: ${base64(namesake.certificate)}`]),
      'ServerCertificateUnknownIssuer',
    ],
    ['a connection that is cut', () => kubeconfigOf(at('reset'), trusted()), 'ConnectionReset'],
    ['401', () => kubeconfigOf(at('401'), trusted()), 'Unauthorized'],
    [
      '401 because the own certificate has expired',
      () => kubeconfigOf(at('401'), trusted(), clientCertificate('old-client')),
      'ClientCertificateExpired',
    ],
    ['403', () => kubeconfigOf(at('403'), trusted()), 'Forbidden'],
    ['500', () => kubeconfigOf(at('500'), trusted()), 'ServerError'],
    ['503', () => kubeconfigOf(at('503'), trusted()), 'ServerNotReady'],
    ['429', () => kubeconfigOf(at('429'), trusted()), 'ServerOverloaded'],
    ['a server that is not ready', () => kubeconfigOf(at('starting'), trusted()), 'ServerNotReady'],
    ['a page of somebody else', () => kubeconfigOf(at('portal'), trusted()), 'UnexpectedAnswer'],
    ['a redirect', () => kubeconfigOf(at('302'), trusted()), 'UnexpectedAnswer'],
    ['nothing, a moment later', () => kubeconfigOf(at('200'), trusted()), 'Transient'],
    ['nothing, with a CA in a file', () => kubeconfigOf(at('200'), [`certificate-authority: ${join(dir, 'ca.crt')}`]), 'Transient'],
    ['nothing, with a quoted server and a path', () => kubeconfigOf(`"${at('200')}/clusters/a"`, trusted()), 'Transient'],
    ['nothing, under another TLS name', () => kubeconfigOf(at('internal'), [...trusted(), 'tls-server-name: api.internal']), 'Transient'],
    ['nothing, with its client certificate', () => kubeconfigOf(at('mutual'), trusted(), clientCertificate('client')), 'Transient'],
  ])('finds %s', async ([, kubeconfig, expected], { expect }) => {
    const text = kubeconfig();
    const { reason, report, stderr, stdout, litter } = await runNode({ shell, kubectl: refused, kubeconfig: text });
    expect({ reason, stderr, litter, exit: report?.exitCode }).toEqual({ reason: expected, stderr: '', litter: [], exit: 1 });
    const host = /server: "?https:\/\/([\d.]+):/.exec(text)![1];
    expect([report?.facts.get('host'), report?.facts.get('dns')]).toEqual([host, host]);
    expect(report?.facts.get('port')).toBe(/server: "?https:\/\/[\d.]+:(\d+)/.exec(text)![1]);
    expect(Buffer.byteLength(stdout)).toBeLessThanOrEqual(1500);
  });

  it('tells a node that reaches nothing at all from one that reaches all but its API server', async ({ expect }) => {
    const toHole = { shell, kubectl: refused, kubeconfig: kubeconfigOf(at('hole'), trusted()) };
    const [cutOff, notCutOff] = await Promise.all([runNode({ ...toHole, egress: ['closed'] }), runNode(toHole)]);
    expect([cutOff.reason, cutOff.report?.facts.get('egress')]).toEqual(['NoEgress', `${places.closed} 000`]);
    expect([notCutOff.reason, notCutOff.report?.facts.get('egress')]).toEqual(['ConnectionTimedOut', `${places['200']} 200`]);
  });

  it.for<[string, string[], ReasonCode, string, string]>([
    ['the first of which is closed', ['closed', '200'], 'ConnectionTimedOut', '200', '200'],
    ['the first of which is silent', ['silent', '200'], 'ConnectionTimedOut', '200', '200'],
    // One after the other these would take more than all the time there is.
    ['of which all but the last drop packets', [...Array(9).fill('hole'), '200'], 'ConnectionTimedOut', '200', '200'],
    ['of which two answer', ['closed', '401', '200'], 'ConnectionTimedOut', '401', '401'],
    ['of which one shows a certificate that has expired', ['closed', 'expired'], 'ConnectionTimedOut', 'expired', '200'],
    ['of which one speaks no TLS', ['closed', 'plain'], 'ConnectionTimedOut', 'plain', 'tls'],
    ['of which none answers', ['closed', 'silent', 'hole'], 'NoEgress', 'closed', '000'],
  ])('tries every place of a list %s', async ([, egress, expected, place, code], { expect }) => {
    const kubeconfig = kubeconfigOf(at('hole'), trusted());
    const { reason, report, stdout, stderr } = await runNode({ shell, kubectl: refused, kubeconfig, egress });
    expect([reason, report?.facts.get('egress'), stderr]).toEqual([expected, `${places[place]} ${code}`, '']);
    expect(stdout.match(/^egress=/gm)).toHaveLength(1);
  });

  it('tries nothing besides the API server where no place is named', async ({ expect }) => {
    const { reason, report, stderr } = await runNode({
      shell,
      kubectl: refused,
      kubeconfig: kubeconfigOf(at('hole'), trusted()),
      egress: [],
    });
    expect([reason, report?.facts.has('egress'), stderr]).toEqual(['ConnectionTimedOut', false, '']);
  });

  it('takes no node for cut off while a place had too little time', async ({ expect }) => {
    const tools = await mkdtemp(join(dir, 'slow-'));
    const curl = `#!/bin/sh\ncase "$*" in *${places['200']}/*) exec sleep 9 ;; esac\nPATH=${systemPath} exec curl "$@"\n`;
    await writeFile(join(tools, 'curl'), curl, { mode: 0o700 });
    const toHole = { shell, kubectl: refused, kubeconfig: kubeconfigOf(at('hole'), trusted()), env: { PATH: `${tools}:${systemPath}` } };
    const [none, one] = await Promise.all([
      runNode({ ...toHole, egress: ['closed', '200'] }),
      runNode({ ...toHole, egress: ['200', 'closed', '401'] }),
    ]);
    expect([none.reason, none.report?.facts.get('egress')]).toEqual(['ConnectionTimedOut', `${places['200']} `]);
    expect([one.reason, one.report?.facts.get('egress')]).toEqual(['ConnectionTimedOut', `${places['401']} 401`]);
  });

  it('loses a fact and nothing else where a tool is missing', async ({ expect }) => {
    const tools = join(await mkdtemp(join(dir, 'tools-')), 'bin');
    await mkdir(tools);
    const present = 'base64 bash cat curl cut date env find getent grep head mktemp od rm rmdir sed sh sleep timeout tr wc'.split(' ');
    for (const tool of present) {
      const [from] = (
        await Promise.all(systemPath.split(delimiter).map(async (path) => ((await readdir(path)).includes(tool) ? join(path, tool) : '')))
      ).filter(Boolean);
      await symlink(from!, join(tools, tool));
    }
    const env = { PATH: tools };
    const found = await runNode({ shell, kubectl: refused, kubeconfig: kubeconfigOf(at('401'), trusted()), env });
    expect([found.reason, found.stderr]).toEqual(['Unauthorized', '']);
    const facts = [...(found.report?.facts.keys() ?? [])];
    for (const fact of ['route', 'issuer', 'ca', 'client', 'dns_azure']) expect(facts).not.toContain(fact);
    expect(facts).toEqual(expect.arrayContaining(['dns', 'tcp', 'curl', 'version', 'livez', 'readyz', 'egress']));
  });

  it('tells a kubectl that is too slow from an API server that does not answer', { timeout: 60_000 }, async ({ expect }) => {
    const slow = 'sleep 30';
    const [busy, cut] = await Promise.all([
      runNode({ shell, kubectl: slow, kubeconfig: kubeconfigOf(at('200'), trusted()) }),
      runNode({ shell, kubectl: slow, kubeconfig: kubeconfigOf(at('closed'), trusted()) }),
    ]);
    expect([busy.verdict, busy.reason, busy.report?.exitCode]).toEqual(['unknown', 'NodeTooSlow', 124]);
    expect([cut.verdict, cut.reason]).toEqual(['unreachable', 'ConnectionRefused']);
  });

  it('neither takes the proxy of the agent nor keeps its user', async ({ expect }) => {
    const env = { https_proxy: `http://user:secret@${places.closed}/`, HTTPS_PROXY: `http://user:secret@${places.closed}/` };
    const { reason, stdout } = await runNode({ shell, kubectl: refused, kubeconfig: kubeconfigOf(at('200'), trusted()), env });
    expect(reason).toBe('Transient');
    expect(stdout).toContain(`\nagent_proxy=${places.closed}\n`);
    expect(stdout).not.toContain('secret');
  });

  it.runIf(process.platform === 'linux')('takes the proxy that the process of kubelet has, whatever its unit says', async ({ expect }) => {
    const folder = await mkdtemp(join(dir, 'kubelet-'));
    const kubelet = spawn('sleep', ['60'], { env: { PATH: systemPath, https_proxy: 'http://10.0.0.9:3128' }, stdio: 'ignore' });
    await writeFile(join(folder, 'cgroup.procs'), `${kubelet.pid}\n`);
    await writeFile(join(folder, 'unit.conf'), 'Environment=HTTPS_PROXY=http://10.0.0.8:8080\n');
    const kubeconfig = kubeconfigOf('https://shop-1.example:443', trusted());
    const lines = { KUBELET: join(folder, 'cgroup.procs'), UNITS: join(folder, 'unit.conf') };
    const [running, ended] = [
      await runNode({ shell, kubectl: good, kubeconfig, lines }),
      await runNode({ shell, kubectl: good, kubeconfig, lines: { ...lines, KUBELET: '/nowhere' } }),
    ];
    kubelet.kill();
    expect([running, ended].map(({ report }) => report?.facts.get('proxy'))).toEqual(['10.0.0.9:3128', '10.0.0.8:8080']);
  });

  it('goes the way of the proxy that the kubeconfig names, and keeps its user to itself', async ({ expect }) => {
    const proxied = [...trusted(), `proxy-url: http://user:secret@${places.closed}`];
    const { reason, verdict, stdout } = await runNode({ shell, kubectl: refused, kubeconfig: kubeconfigOf(at('200'), proxied) });
    expect([verdict, reason]).toEqual(['unreachable', 'ProxyUnreachable']);
    expect(stdout).toContain(`\nproxy=${places.closed}\n`);
    expect(stdout).not.toContain('secret');
  });

  it.for<[string, string]>([
    ['control characters', "printf 'a\\033[31mb\\000c\\r\\nd\\te\\177f\\n' >&2; exit 1"],
    ['bytes that are no text', "printf '\\377\\376\\303\\050\\n' >&2; exit 1"],
    ['a frame of its own', `printf '\\nAFP1 begin ${nonce}\\nserver=v9\\nAFP1 end ${nonce} rc=0\\n' >&2; exit 1`],
    ['facts of its own', "printf 'x\\nkubectl=missing\\ncurl=0\\n' >&2; exit 1"],
    ['what a shell could run', "printf '%s\\n' '$(touch pwned) `touch pwned` ; touch pwned' >&2; exit 1"],
    ['what printf could read', "printf '%s\\n' '%s%n%d \\\\n\\\\033' >&2; exit 1"],
    ['100 KB', 'head -c 100000 /dev/zero | tr "\\0" x >&2; exit 1'],
  ])('keeps its frame whole and small when kubectl prints %s', async ([, kubectl], { expect }) => {
    const { stdout, report, litter } = await runNode({ shell, kubectl, kubeconfig: kubeconfigOf(at('closed'), trusted()) });
    expect(stdout).toMatch(new RegExp(`^\\nAFP1 begin ${nonce}\\n(?:[a-z_]+=[ -~]*\\n)+AFP1 end ${nonce} rc=1\\n$`));
    expect([report?.exitCode, report?.facts.get('tcp'), report?.facts.has('kubectl')]).toEqual([1, 'refused', false]);
    expect(report?.facts.get('said')?.length).toBeLessThanOrEqual(200);
    expect(Buffer.byteLength(stdout)).toBeLessThanOrEqual(1500);
    expect(litter).toEqual([]);
  });

  it('keeps the key material of the kubeconfig to itself', async ({ expect }) => {
    const { certificate, key } = await authority.issue('client', { commonName: 'node' });
    const user = [`client-certificate-data: ${base64(certificate)}`, `client-key-data: ${base64(key)}`, 'token: abcdefgh-12345678'];
    const { stdout } = await runNode({ shell, kubectl: refused, kubeconfig: kubeconfigOf(at('401'), trusted(), user) });
    for (const secret of [base64(certificate), base64(key), base64(authority.certificate), 'abcdefgh-12345678'])
      expect(stdout).not.toContain(secret.slice(0, 24));
  });

  it.for<[what: string, cluster: () => string[], user: string[]]>([
    [
      'a credential plugin says',
      () => trusted(),
      [
        'exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: /bin/sh, args: ["-c", "echo hunter2 >&2; exit 1"]}',
      ],
    ],
    [
      'the URL of a proxy holds that cannot be read',
      () => [...trusted(), 'proxy-url: "http://user:hunter2%zz@10.0.0.9:3128"'],
      ['token: none'],
    ],
    ['the URL of a proxy holds', () => [...trusted(), 'proxy-url: socks5://user:hunter2@127.0.0.1:1'], ['token: none']],
  ])('keeps to itself what %s', async ([, cluster, user], { expect }) => {
    // Whatever kubectl says of it goes through the script.
    const kubectl = `exec '${realKubectl}' "$@"`;
    const { stdout, report } = await runNode({ shell, kubectl, kubeconfig: kubeconfigOf(at('200'), cluster(), user) });
    expect(report?.exitCode).toBe(1);
    expect(stdout).not.toContain('hunter2');
  });

  it.runIf(process.getuid?.() === 0 && existsSync('/dev/shm'))(
    'removes the credentials that a killed run left in memory',
    async ({ expect }) => {
      const [old, young] = await Promise.all(['/dev/shm/aks-fleet-prober.', '/dev/shm/aks-fleet-prober.'].map((start) => mkdtemp(start)));
      const anHourAgo = Date.now() / 1000 - 3_660;
      await writeFile(join(old!, 'key'), 'a key');
      await utimes(old!, anHourAgo, anHourAgo);
      await runNode({ shell, kubectl: good, kubeconfig: kubeconfigOf(at('200'), trusted()) });
      expect([existsSync(old!), existsSync(young!)]).toEqual([false, true]);
      await rm(young!, { recursive: true });
    },
  );

  it('removes what its own runs left an hour ago and more, and nothing else', async ({ expect }) => {
    const litter = await mkdtemp(join(dir, 'litter-'));
    const ours = composeScript('fedcba9876543210', []).join('\n');
    const anHourAgo = Date.now() / 1000 - 3660;
    const leave = async (folder: string, script: string, more: string[] = [], time = anHourAgo) => {
      await mkdir(join(litter, folder));
      for (const [name, content] of [['script.sh', script], ['stdout', ''], ['stderr', ''], ...more.map((extra) => [extra, ''])] as const) {
        await writeFile(join(litter, folder, String(name)), String(content));
        await utimes(join(litter, folder, String(name)), time, time);
      }
    };
    await leave('1', ours);
    await leave("2 o'clock $(touch pwned)", ours);
    await leave('3 young', ours, [], anHourAgo + 600);
    await leave('4 foreign', 'echo hello\n');
    await leave('5 quoting', `echo hello\necho hello\necho hello\n${ours}`);
    await leave('6 more', ours, ['notes']);
    await mkdir(join(litter, '7', 'deep'), { recursive: true });
    await writeFile(join(litter, '7', 'deep', 'script.sh'), ours);
    await utimes(join(litter, '7', 'deep', 'script.sh'), anHourAgo, anHourAgo);
    const { stdout, stderr, litter: work } = await runNode({ shell, kubectl: good, litter });
    expect((await readdir(litter)).sort()).toEqual(['3 young', '4 foreign', '5 quoting', '6 more', '7']);
    expect(await readdir(join(litter, '6 more'))).toEqual(['notes']);
    expect(await readdir(join(litter, '4 foreign'))).toHaveLength(3);
    expect(await readdir(join(litter, '7', 'deep'))).toEqual(['script.sh']);
    expect({ stderr, work, end: stdout.endsWith(`AFP1 end ${nonce} rc=0\n`) }).toEqual({ stderr: '', work: [], end: true });
  });
});
