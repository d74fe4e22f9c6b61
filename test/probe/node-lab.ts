import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createSecureServer, type Http2ServerRequest, type SecureServerOptions } from 'node:http2';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { findKubectl } from '../../local/kubectl.ts';
import { type CertificateAuthority, createCertificateAuthority, type KeyPair } from '../../local/simulator/certificate-authority.ts';
import { greetPlainText } from '../../local/simulator/greet-plain-text.ts';
import { enterNode } from '../../local/simulator/node-entrypoint.ts';
import { type Listener, type Lookup, nodeLink } from '../../local/simulator/plan-world.ts';
import { serveOutside } from '../../local/simulator/serve-outside.ts';
import { classifyReport } from '../../src/probe/classify.ts';
import { parseReport } from '../../src/probe/parse.ts';
import { composeScript } from '../../src/probe/script.ts';
import { asAnswerOf } from '../../src/probe/whose-answer.ts';

export const SERVER = '198.51.100.4';
export const HOST = 'shop-1.hcp.westeurope.azmk8s.io';
export const NODE = 'aks-web-1-vmss000000';
export const MACHINE = 'e4f93719-5f56-41c5-81b3-7bebd88aa328';
const AZURE_DNS = '168.63.129.16';
const CUSTOM_DNS = '10.224.0.53';
const OUTSIDE = '203.0.113.10';
const IMDS = '169.254.169.254';
const nonce = '0123456789abcdef';
const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What the API server says to a request; `hang` is no answer at all. */
export type Said = { code: number; body?: unknown; type?: string } | 'hang';

/** A node, and what lies between it and its API server. Whatever is left out is healthy. */
export interface Scene {
  /** Where an API server listens; none makes the port refuse, an address elsewhere drops packets. */
  listens?: string[];
  /** Takes a connection to the API server instead of it, or hands it on. */
  middle?: (wire: Socket, serve: (wire: Socket) => void) => void;
  /** What the API server says to a path, the n-th time that it is asked for it; undefined is what a healthy one says. */
  says?: (path: string, n: number, request: Http2ServerRequest) => Said | undefined;
  /** The certificate of the API server, by the name under which the lab has it. */
  shows?: string;
  /** Whether a request without credentials is let in for /version and the health checks. */
  anonymous?: boolean;
  headers?: Record<string, string>;
  /** Answers of Azure's DNS, and of a custom one, which the node then asks. */
  dns?: Lookup;
  customDns?: Lookup;
  resolvConf?: string;
  hosts?: string;
  /** More addresses of this world that are reachable. */
  here?: string[];
  /** Changes the node's kubeconfig; undefined removes it. */
  kubeconfig?: (text: string, pems: Pems) => string | undefined;
  /** The certificate of the node, by the name under which the lab has it, and what becomes of its file. */
  client?: string;
  pem?: (text: string) => string | undefined;
  /** The text of /opt/bin/kubectl and its mode; the real one by default, none at all for undefined. */
  kubectl?: { text: string | Buffer; mode?: number } | undefined;
  /** The agent's environment, and the unit files of kubelet. */
  env?: Record<string, string>;
  units?: string;
  /** Commands that are run in the node's namespaces first; those of `tools` are all that it has, if there are any. */
  setup?: string;
  lacks?: string;
  shell?: string;
  /** Seconds after which the script's shell alone is killed. */
  killedAfter?: number;
}

type Pems = { authority: string; key: (name: string) => KeyPair };

export interface Seen {
  stdout: string;
  stderr: string;
  seconds: number;
  /** `verdict/reason`, the reason being that of `served` where the node is reachable and not served. */
  given: string;
  message: string;
  facts: ReadonlyMap<string, string>;
  requests: string[];
  /** What lies in the folder of the run besides its own three files. */
  left: string[];
}

const text = (value: unknown) => (typeof value === 'string' ? value : `${JSON.stringify(value, null, 2)}\n`);
const status = (code: number, reason: string, message: string): Said => ({
  code,
  body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code },
});
export const refuse = {
  unauthorized: status(401, 'Unauthorized', 'Unauthorized'),
  forbidden: status(403, 'Forbidden', 'forbidden: User "x" cannot get path "/x"'),
  overloaded: status(429, 'TooManyRequests', 'Too many requests, please try again later.'),
  etcd: status(500, 'InternalError', 'etcdserver: request timed out'),
  notFound: status(404, 'NotFound', 'not found'),
};
export const notReady = (...checks: string[]): Said => ({
  code: 500,
  body: `[+]ping ok\n${checks.map((check) => `[-]${check} failed: reason withheld\n`).join('')}readyz check failed\n`,
});
const version = {
  major: '1',
  minor: '34',
  gitVersion: 'v1.34.1',
  gitCommit: '93248f9ae092f571eb870b7664c534bfc7d00f03',
  gitTreeState: 'clean',
  buildDate: '2025-09-09T19:37:20Z',
  goVersion: 'go1.24.6',
  compiler: 'gc',
  platform: 'linux/amd64',
};

function healthy(path: string): Said {
  if (path === '/version') return { code: 200, body: version };
  if (/^\/(readyz|livez)$/.test(path)) return { code: 200, body: 'ok' };
  if (path === `/api/v1/nodes/${NODE}`) return { code: 200, body: { kind: 'Node', apiVersion: 'v1', metadata: { name: NODE } } };
  if (path.endsWith(`/leases/${NODE}`)) return { code: 200, body: { kind: 'Lease', metadata: { name: NODE } } };
  return refuse.notFound;
}

/** Makes worlds of one node each, in which the node script runs as the agent runs it: as root by `sh`, without HOME, with a short PATH and no stdin. */
export async function openLab() {
  const dir = await mkdtemp(join(tmpdir(), 'node-lab-'));
  const names = ['ca', 'ca', 'Corp Inspection', 'Public'];
  const [authority, namesake, stranger, publicAuthority] = (await Promise.all(names.map(createCertificateAuthority))) as [
    CertificateAuthority,
    CertificateAuthority,
    CertificateAuthority,
    CertificateAuthority,
  ];
  const holder = { commonName: 'apiserver', dnsNames: [HOST, 'kubernetes'], ipAddresses: ['fd00::4'] };
  const own = { commonName: `system:node:${NODE}`, organization: 'system:nodes' };
  const pairs: Record<string, KeyPair> = Object.fromEntries(
    await Promise.all(
      Object.entries({
        server: authority.issue('server', holder),
        expired: authority.issue('server', { ...holder, from: -20, until: -10 }),
        early: authority.issue('server', { ...holder, from: 2, until: 20 }),
        otherName: authority.issue('server', { ...holder, dnsNames: ['other.hcp.westeurope.azmk8s.io'] }),
        otherCluster: namesake.issue('server', holder),
        intercepted: stranger.issue('server', holder),
        client: authority.issue('client', own),
        clientExpired: authority.issue('client', { ...own, from: -20, until: -1 }),
        clientEarly: authority.issue('client', { ...own, from: 2, until: 20 }),
        clientOldCa: namesake.issue('client', own),
        clientOther: authority.issue('client', { ...own, commonName: 'system:node:aks-web-1-vmss000009' }),
        clientNobody: authority.issue('client', { commonName: 'somebody' }),
      }).map(async ([name, pair]) => [name, await pair] as const),
    ),
  );
  const outside = serveOutside(publicAuthority);
  const realKubectl = await findKubectl();
  let count = 0;

  async function run(scene: Scene): Promise<Seen> {
    count += 1;
    const folder = join(dir, String(count));
    const kubelet = join(folder, 'kubelet');
    const work = join(folder, 'download', '7');
    await Promise.all([kubelet, work].map((each) => mkdir(each, { recursive: true })));
    await writeNode(scene, kubelet);
    const { listens = [SERVER], here = [] } = scene;
    const resolver = scene.customDns ? CUSTOM_DNS : AZURE_DNS;
    const at = (role: Listener['role'], host: string, port: number): Listener => ({ role, kind: port === 53 ? 'udp' : 'tcp', host, port });
    const addresses = [AZURE_DNS, IMDS, OUTSIDE, ...(scene.customDns ? [CUSTOM_DNS] : []), ...listens, ...here];
    const requests: string[] = [];
    const serve = apiServer(scene, requests);
    const wires = new Set<Socket>();
    const entry = await enterNode(folder, {
      name: NODE,
      machineId: MACHINE,
      plan: {
        network: `${[
          ...nodeLink,
          ...[...new Set(addresses)].map((each) => `addr add ${each}/${each.includes(':') ? '128 nodad' : '32'} dev lo`),
          ...(scene.listens === undefined || listens.length > 0 ? [] : [`addr add ${SERVER}/32 dev lo`]),
        ].join('\n')}\n`,
        resolver,
        listeners: [
          at('imds', IMDS, 80),
          at('outside', OUTSIDE, 443),
          at('azure-dns', AZURE_DNS, 53),
          ...(scene.customDns ? [at('custom-dns', CUSTOM_DNS, 53)] : []),
          ...listens.map((host) => at('api-server', host, 443)),
          ...(here.includes('10.224.0.9') ? [at('api-server', '10.224.0.9', 3128)] : []),
          ...(here.includes('127.0.0.1') ? [at('api-server', '127.0.0.1', 8080)] : []),
        ],
        lookups: {
          'azure-dns': scene.dns ?? ((name) => (name === HOST ? SERVER : name.includes('.') ? OUTSIDE : 'unknown')),
          'custom-dns': scene.customDns ?? (() => 'unknown'),
        },
      },
      kubectl: 'kubectl' in scene ? scene.kubectl && (await writeKubectl(folder, scene.kubectl)) : realKubectl,
      authorities: `${publicAuthority.certificate}\n`,
      acceptServer(wire) {
        wires.add(wire);
        if (scene.middle) scene.middle(wire, serve);
        else serve(wire);
      },
      acceptOutside: outside,
    });
    if (scene.resolvConf !== undefined) await writeFile(join(folder, 'etc', 'resolv.conf'), scene.resolvConf);
    if (scene.hosts !== undefined) await writeFile(join(folder, 'etc', 'hosts'), `127.0.0.1 localhost\n${scene.hosts}\n`);
    if (scene.units !== undefined) await writeFile(join(kubelet, 'unit.conf'), scene.units);
    const script = composeScript(nonce, [`https://mcr.microsoft.com/v2/=${OUTSIDE}`])
      .join('\n')
      .replace(/^UNITS=.*$/m, () => "UNITS='/var/lib/kubelet/unit.conf'")
      .replace(/^KUBELET=.*$/m, "KUBELET=''");
    await writeFile(join(work, 'script.sh'), script, { mode: 0o700 });
    const there = '/var/lib/waagent/run-command/download/7';
    const path = scene.lacks ? await toolsWithout(folder, scene.lacks) : systemPath;
    const kill = scene.killedAfter ? `(sleep ${scene.killedAfter}; kill -9 $$) &\n` : '';
    const command = `cd ${there}\n${scene.setup ?? ''}\n${kill}exec ${scene.shell ?? '/bin/sh'} ${there}/script.sh`;
    const out = await open(join(work, 'stdout'), 'w+');
    const err = await open(join(work, 'stderr'), 'w+');
    const [program = '', ...args] = entry.wrap(['/bin/sh', '-c', command]);
    const begun = performance.now();
    const child = spawn(program, args, {
      cwd: work,
      env: { PATH: path, ...scene.env },
      detached: true,
      stdio: ['ignore', out.fd, err.fd, 'ipc'],
    });
    child.on('message', entry.adopt);
    const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), 90_000);
    await once(child, 'exit');
    clearTimeout(timer);
    const seconds = (performance.now() - begun) / 1000;
    entry.leave();
    for (const wire of wires) wire.destroy();
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // No process of it is left.
    }
    await Promise.all([out.close(), err.close()]);
    const [stdout, stderr] = await Promise.all(['stdout', 'stderr'].map((name) => readFile(join(work, name), 'utf8')));
    const left = (await readdir(work)).filter((name) => !['script.sh', 'stdout', 'stderr'].includes(name));
    return { ...judge(stdout!), stdout: stdout!, stderr: stderr!, seconds, requests, left };
  }

  async function writeNode(scene: Scene, kubelet: string): Promise<void> {
    const pair = pairs[scene.client ?? 'client']!;
    const pem = (scene.pem ?? ((same) => same))(`${pair.certificate}\n${pair.key}\n`);
    await mkdir(join(kubelet, 'pki'), { recursive: true });
    if (pem !== undefined) await writeFile(join(kubelet, 'pki', 'client.pem'), pem);
    const plain = `apiVersion: v1
kind: Config
clusters:
- name: localcluster
  cluster:
    certificate-authority-data: ${base64(`${authority.certificate}\n`)}
    server: https://${HOST}:443
users:
- name: client
  user:
    client-certificate: /var/lib/kubelet/pki/client.pem
    client-key: /var/lib/kubelet/pki/client.pem
contexts:
- name: localclustercontext
  context:
    cluster: localcluster
    user: client
current-context: localclustercontext
`;
    const written = (scene.kubeconfig ?? ((same) => same))(plain, { authority: namesake.certificate, key: (name) => pairs[name]! });
    if (written !== undefined) await writeFile(join(kubelet, 'kubeconfig'), written);
  }

  /** An API server for one node, which is told of every request. */
  function apiServer(scene: Scene, requests: string[]): (wire: Socket) => void {
    const { certificate, key } = pairs[scene.shows ?? 'server']!;
    const tls: SecureServerOptions = { cert: certificate, key, ca: authority.certificate, requestCert: true, rejectUnauthorized: false };
    const server = createSecureServer({ ...tls, allowHTTP1: true });
    const asked = new Map<string, number>();
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    server.on('sessionError', () => {});
    server.on('request', (request, response) => {
      request.resume();
      const path = request.url.split('?')[0]!;
      requests.push(`${request.method} ${path}`);
      asked.set(path, (asked.get(path) ?? 0) + 1);
      const socket = request.socket as TLSSocket;
      const hasCertificate = Object.keys(socket.getPeerCertificate() ?? {}).length > 0;
      const isOpen = scene.anonymous && !hasCertificate && request.headers.authorization === undefined && !path.startsWith('/api');
      const known = socket.authorized || isOpen;
      const said = scene.says?.(path, asked.get(path)!, request) ?? (known ? healthy(path) : refuse.unauthorized);
      if (said === 'hang') return;
      const body = text(said.body ?? '');
      const type = said.type ?? (typeof said.body === 'string' ? 'text/plain' : 'application/json');
      response.writeHead(said.code, { 'content-type': type, ...scene.headers });
      response.end(body);
    });
    return (wire) => {
      wire.on('error', () => wire.destroy());
      greetPlainText(wire, (tls) => server.emit('connection', tls));
    };
  }

  return { run, dir, close: () => rm(dir, { recursive: true, force: true, maxRetries: 3 }) };
}

/** The report in an output of the lab's node; undefined if it is not complete. */
export const reportIn = (stdout: string | undefined) => (stdout === undefined ? undefined : parseReport(stdout, nonce));

/** Judges an output as that of the lab's node. */
function judge(stdout: string): Pick<Seen, 'given' | 'message' | 'facts'> {
  const report = parseReport(stdout, nonce);
  if (report === undefined) return { given: 'unknown/NoProof', message: '', facts: new Map() };
  const verdict = asAnswerOf({ vmId: MACHINE, serverNames: [] }, classifyReport(report), report.facts);
  const { served } = verdict;
  const given = `${verdict.verdict}/${served?.ok === false ? served.reason : verdict.reason}`;
  return { given, message: served?.ok === false ? served.message : verdict.message, facts: report.facts };
}

/** Judges facts as the script would print them. */
export function judgeFacts(facts: Record<string, string>, exit = 1): Pick<Seen, 'given' | 'message' | 'facts'> {
  const lines = Object.entries({ machine: MACHINE, ...facts }).map(([key, value]) => `${key}=${value}\n`);
  return judge(`\nAFP1 begin ${nonce}\n${lines.join('')}AFP1 end ${nonce} rc=${exit}\n`);
}

async function writeKubectl(folder: string, { text: content, mode = 0o755 }: NonNullable<Scene['kubectl']>): Promise<string> {
  const file = join(folder, 'own-kubectl');
  await writeFile(file, content, { mode });
  return file;
}

async function toolsWithout(folder: string, tool: string): Promise<string> {
  const tools = join(folder, 'tools');
  await mkdir(tools);
  for (const place of systemPath.split(':').reverse())
    for (const name of await readdir(place).catch(() => [])) {
      await rm(join(tools, name), { force: true });
      if (name !== tool) await symlink(join(place, name), join(tools, name));
    }
  return tools;
}

export const base64 = (pem: string) => Buffer.from(pem).toString('base64');
