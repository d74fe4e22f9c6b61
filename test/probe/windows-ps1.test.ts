import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { Language, type Node, Parser } from 'web-tree-sitter';
import { classifyReport } from '../../src/probe/classify.ts';
import { parseReport } from '../../src/probe/parse.ts';

// No Windows here: the script is parsed, its texts are tried, and nothing of it is run.
const read = (file: string) => readFileSync(new URL(`../../src/probe/${file}`, import.meta.url), 'utf8');
const script = read('windows.ps1');
const nonce = '0123456789abcdef';

let parser: Parser;
let root: Node;

beforeAll(async () => {
  await Parser.init();
  parser = new Parser().setLanguage(
    await Language.load(fileURLToPath(import.meta.resolve('tree-sitter-powershell/tree-sitter-powershell.wasm'))),
  );
  root = parser.parse(script)!.rootNode;
});

function* nodesOf(node: Node): Generator<Node> {
  yield node;
  for (const child of node.children) if (child) yield* nodesOf(child);
}

/** What the grammar could not read. */
const mistakesIn = (text: string) =>
  [...nodesOf(parser.parse(text)!.rootNode)].filter((node) => node.isError || node.isMissing).map((node) => node.text.slice(0, 60));

const ofType = (type: string) => [...nodesOf(root)].filter((node) => node.type === type);

/** The keys that stand first after `Write-Fact`. */
const printed = () =>
  ofType('command')
    .map((node) => /^Write-Fact '([^']*)'/.exec(node.text)?.[1])
    .filter((key) => key !== undefined);

/** A pattern of the script; those in use mean the same to .NET and to JavaScript. */
function patternAfter(text: string): RegExp {
  const pattern = new RegExp(`${text.replace(/[.*+?^$()[\]]/g, '\\$&')} '([^']+)'`).exec(script)?.[1];
  return new RegExp(pattern!);
}

it('is PowerShell to the last character', () => {
  expect(mistakesIn(`$Nonce = '${nonce}'\n$Egress = 'https://mcr.microsoft.com/v2/'\n${script}`)).toEqual([]);
});

it.each([
  ['a brace less', (text: string) => text.replace(/\}\n$/m, '\n')],
  ['a quote less', (text: string) => text.replace("'ok'", "'ok")],
  ['a case without an end', (text: string) => text.replace('$run = @{ Code = 127 }', "switch ($run) { 'a' { 1 } default { 2 } }")],
  ['an open parenthesis', (text: string) => text.replace('(Get-Field $Name)', '(Get-Field $Name')],
])('is not, with %s', (_, spoil) => {
  expect(spoil(script)).not.toBe(script);
  expect(mistakesIn(spoil(script))).not.toEqual([]);
});

it('calls its own functions and these cmdlets by their full names, and no program but through Process', () => {
  const own = ofType('function_name').map((node) => node.text);
  const called = new Set(ofType('command_name').map((node) => node.text));
  const cmdlets = ['ForEach-Object', 'Resolve-DnsName', 'Test-Path', 'Where-Object', 'Write-Output'];
  expect([...called].sort()).toEqual([...own, ...cmdlets].sort());
  expect(ofType('command_invokation_operator')).toEqual([]);
  expect(script.match(/\[Diagnostics\.Process\]::Start/g)).toHaveLength(1);
});

it('hands kubectl its arguments as one quoted text', () => {
  const calls = ofType('command').filter((node) => node.text.startsWith('Invoke-Kubectl '));
  expect(calls.length).toBeGreaterThan(0);
  for (const { text } of calls)
    expect(text).toMatch(/^Invoke-Kubectl \d+ '(version|get --raw \/(version|readyz) -v=6) --request-timeout=\ds'$/);
});

it('reads only', () => {
  // What would write, run text as code, or not come back.
  expect(script).not.toMatch(
    /Invoke-Expression|\biex\b|Invoke-WebRequest|Invoke-RestMethod|Test-NetConnection|Add-Type|Start-Process|(Set|Out|Remove|New)-|WriteAll|\.Wait\(\)|\.Result\b(?! })/,
  );
});

it('keeps private keys and headers out of sight', () => {
  expect(script).not.toMatch(/client-key|PRIVATE/);
  expect([...script.matchAll(/-v=(\d)/g)].map(([, level]) => Number(level))).toEqual([6, 6]);
});

it('prints facts that the verdict reads, or that are listed here as information', () => {
  const information = ['handshake', 'ms', 'route', 'said', 'script_error', 'server', 'valid'];
  const judged = [...read('classify.ts').matchAll(/facts\.(?:get|has)\('([a-z_]+)'\)/g)].map(([, key]) => key!);
  expect(printed().filter((key) => !judged.includes(key) && !information.includes(key))).toEqual([]);
  // The others have no source on Windows: kubectl's answer has no type here, and its text stands in `said`; a node without a DNS server is told by its lookup.
  expect([...new Set(judged)].filter((key) => !printed().includes(key)).sort()).toEqual(['curl_said', 'named', 'resolver', 'type']);
});

it('prints every fact at most once in a run', () => {
  const twice = printed().filter((key, index, keys) => keys.indexOf(key) !== index);
  // Each from branches that exclude each other.
  expect([...new Set(twice)].sort()).toEqual(['curl', 'kubeconfig', 'route']);
});

it('tells the endpoint of a healthy node too, of the URL host and port alone', () => {
  const writes = ofType('command').filter((node) => node.text.startsWith('Write-Endpoint '));
  expect(writes.map(({ text }) => text)).toEqual(['Write-Endpoint $api', 'Write-Endpoint $api']);
  expect(script).not.toMatch(/UserInfo|AbsoluteUri|OriginalString|"\$api"/);
  // What was read of the kubeconfig last must be there before a field of it is looked for.
  for (const [, before] of script.matchAll(/([^\n]*\n)[^\n]*\(Get-Field 'server'\) -as \[Uri\]/g)) expect(before).toContain('$Config =');
});

it('prints nothing but facts and the two marks, the end mark last', () => {
  const outputs = ofType('command').filter((node) => node.text.startsWith('Write-Output '));
  expect(outputs.map((node) => node.text.slice(0, 40))).toEqual([
    expect.stringMatching(/^Write-Output "\$Key=\$\(/),
    'Write-Output "`nAFP1 begin $Nonce"',
    'Write-Output "AFP1 end $Nonce rc=$($run.',
  ]);
  expect(script.trimEnd().split('\n').at(-1)).toBe('Write-Output "AFP1 end $Nonce rc=$($run.Code)"');
});

it.each([
  ['I1121 11:22:46.9 1 round_trippers.go:553] GET https://a.hcp.io:443/version?timeout=3s 401 Unauthorized in 2 milliseconds', '401'],
  ['I1121 11:22:47.1 1 round_trippers.go:632] "Response" verb="GET" url="https://a/version?timeout=3s" status="503 Service" ms=6', '503'],
  ['I1121 11:22:47.1 1 round_trippers.go:632] "Response" verb="GET" url="https://a/readyz?timeout=3s" status="200 OK" ms=6', '200'],
  ['I1121 11:22:50.9 1 round_trippers.go:553] GET https://127.0.0.1:39267/version?timeout=3s  in 3000 milliseconds', undefined],
  ['I1121 11:22:57.0 1 round_trippers.go:632] "Response" verb="GET" url="https://a/version?timeout=3s" status="" ms=3000', undefined],
])('reads the status from what kubectl 1.27 to 1.33 says: %s', (said, status) => {
  expect(patternAfter('$status = [regex]::Match($said,').exec(said)?.[1]).toBe(status);
});

it('does not take the parameter of a request for a timeout', () => {
  const late = patternAfter('$code -eq 124 -or $said -match');
  expect('GET https://a/version?timeout=3s  in 3 milliseconds\nUnable to connect to the server: EOF').not.toMatch(late);
  expect('context deadline exceeded (Client.Timeout exceeded while awaiting headers)').toMatch(late);
  expect('net/http: request canceled (Client.Timeout exceeded while awaiting headers)').toMatch(late);
});

it.each([
  ['ms=812\nserver=v1.31.4', 0, 'Reachable'],
  ['ms=812\nserver=v1.31.4\nhost=shop-1.hcp.westeurope.azmk8s.io\nport=443', 0, 'Reachable'],
  ['kubectl=missing', 127, 'KubectlMissing'],
  ['kubeconfig=missing', 1, 'KubeconfigMissing'],
  ['dns=timeout\ndns_azure=timeout\negress=mcr.microsoft.com 000', 1, 'NoEgress'],
  ['dns=failed\ndns_azure=found', 1, 'ResolverDiffers'],
  ['dns=10.0.0.4\ntcp=refused', 1, 'ConnectionRefused'],
  ['dns=10.0.0.4\ntcp=unreachable\negress=mcr.microsoft.com 200', 1, 'NoRoute'],
  ['clock=2000\ntcp=ok\ncurl=0\nversion=401\nclient=100 1000', 1, 'ClientCertificateExpired'],
  ['tcp=ok\ncurl=0\nversion=200\nreadyz=503', 1, 'ServerNotReady'],
  ['tcp=ok\nhandshake=timeout\ncurl=28', 1, 'TlsTimedOut'],
  ['tcp=ok\nsecured_s=1\ncurl=28', 1, 'HttpTimedOut'],
  ['tcp=ok\nsecured_s=1\nserver_clock=1000\nanswered=yes\ncurl=28', 124, 'Slow'],
  ['tcp=ok\ncurl=0\nversion=200\nreadyz=200', 124, 'Slow'],
  ['tcp=ok\nsecured_s=1\nserver_clock=1000\ncurl=28', 124, 'HttpTimedOut'],
  ['tcp=ok\nsecured_s=1\ncurl=56', 1, 'ConnectionReset'],
  ['tcp=ok\ncurl=35', 1, 'TlsFailed'],
  ['tcp=ok\nissuer=CN=Inspector, O=Corp\nca=CN=ca\nverify=19\ncurl=60', 1, 'TlsIntercepted'],
  ['clock=9000\nserver_clock=1000\nverify=10\ncurl=60', 1, 'ClockSkew'],
  ['tcp=ok\nverify=62\ncurl=60', 1, 'ServerCertificateWrongName'],
  ['tcp=ok\nsecured_s=1', 1, 'Undiagnosed'],
])('what it prints leads to a reason: %j', (facts, code, reason) => {
  // As Windows ends lines.
  const stdout = `\nAFP1 begin ${nonce}\n${facts}\nAFP1 end ${nonce} rc=${code}\n`.replaceAll('\n', '\r\n');
  expect(classifyReport(parseReport(stdout, nonce)!).reason).toBe(reason);
});

it('is small, and plain ASCII without a mark in front', () => {
  expect(script).toMatch(/^[\x20-\x7e\n]+$/);
  expect(script.length).toBeLessThan(12_000);
});
