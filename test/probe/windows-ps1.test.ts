import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { Language, type Node, Parser } from 'web-tree-sitter';
import { netFramework, pwsh } from './windows-node.ts';

// The text of the script; `windows-ps1-runs.test.ts` runs it.
const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const script = read('src/probe/windows.ps1');
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

/** The keys that stand first after `Write-Fact` and `Write-Said`. */
const printed = () =>
  ofType('command')
    .map((node) => /^Write-(?:Fact|Said) '([^']*)'/.exec(node.text)?.[1])
    .filter((key) => key !== undefined);

it('is PowerShell to the last character', () => {
  expect(mistakesIn(`$Nonce = '${nonce}'\n$Egress = 'https://mcr.microsoft.com/v2/'\n${script}`)).toEqual([]);
});

it.each([
  ['a brace less', (text: string) => text.replace(/\}\n$/m, '\n')],
  ['a quote less', (text: string) => text.replace("'ok'", "'ok")],
  ['a case without an end', (text: string) => text.replace('$run = @{ Code = 127 }', "switch ($run) { 'a' { 1 } default { 2 } }")],
  [
    'an open parenthesis',
    (text: string) =>
      text.replace('(Read-Config)', '(Read-Config').replace('(Get-Machine)', '(').replace('= Read-Config', '= (Read-Config'),
  ],
])('is not, with %s', (_, spoil) => {
  expect(spoil(script)).not.toBe(script);
  expect(mistakesIn(spoil(script))).not.toEqual([]);
});

/** What `windows-api.ps1` says that Windows PowerShell 5.1 does not have. */
const lackingIn = (text: string) =>
  execFileSync(
    pwsh!,
    [
      '-NoProfile',
      '-NonInteractive',
      '-Command',
      `& '${fileURLToPath(new URL('./windows-api.ps1', import.meta.url))}' -Script ([Console]::In.ReadToEnd()) -References '${netFramework?.references ?? ''}' -Reader '${netFramework?.reader ?? ''}'`,
    ],
    { input: text, encoding: 'utf8' },
  )
    .split('\n')
    .filter((line) => line !== '');

it.skipIf(!pwsh)(
  'has nothing that came after Windows PowerShell 5.1',
  () => {
    expect(lackingIn(script)).toEqual([]);
  },
  180_000,
);

it.skipIf(!pwsh)(
  'would be told of what came after it',
  () => {
    const ofPowerShell7 = [
      '$a ? 1 : 2',
      'Test-Path a && Test-Path b',
      '$x ?? 1',
      '$x ??= 1',
      '$(1)?.y',
      'Test-Path a &',
      '"`u{41}"',
      'ConvertFrom-Json -AsHashtable x',
    ];
    expect(ofPowerShell7.map((text) => [text, lackingIn(text).length])).toEqual(ofPowerShell7.map((text) => [text, 1]));
  },
  180_000,
);

it.skipIf(!pwsh || !netFramework)(
  'would be told of what .NET Framework does not have',
  () => {
    const ofDotNet = [
      '[Math]::Clamp(1, 2, 3)',
      '[IO.Path]::Join("a", "b")',
      '[Environment]::ProcessPath',
      '$p.Kill($true)',
      '[Text.Rune]::new(1)',
      '[Net.Http.HttpClient]::new()',
    ];
    expect(lackingIn(ofDotNet.join('; ')).length).toBeGreaterThanOrEqual(ofDotNet.length);
  },
  180_000,
);

it('calls its own functions and these cmdlets by their full names, and no program but through Process', () => {
  const own = ofType('function_name').map((node) => node.text);
  const called = new Set(ofType('command_name').map((node) => node.text));
  const cmdlets = [
    'ConvertFrom-Json',
    'ForEach-Object',
    'Get-ChildItem',
    'Get-Content',
    'Get-ItemProperty',
    'Resolve-DnsName',
    'Select-Object',
    'Test-Path',
    'Where-Object',
    'Write-Output',
  ];
  expect([...called].sort()).toEqual([...own, ...cmdlets, 'Find-Record'].sort());
  // What is called by & is a block of its own that a test can replace, never a program.
  expect(new Set(ofType('command').map((node) => /^& (\S+)/.exec(node.text)?.[1]))).toEqual(new Set([undefined, '$Registry', '$bits']));
  expect(script.match(/\[Diagnostics\.Process\]::Start/g)).toHaveLength(1);
});

it('has exactly one of each line that a machine without Windows replaces', () => {
  for (const name of ['Kubectl', 'KubeconfigFile', 'Litter', 'Imds', 'NodeName', 'AgentEnvironment', 'Registry', 'LookUp', 'Resolve'])
    expect(script.match(new RegExp(`^\\$${name} = `, 'gm')), name).toHaveLength(1);
});

it('hands kubectl these arguments, as one quoted text', () => {
  const texts = [...script.matchAll(/Start-Kubectl (?:\(?['"])([^'"\n]*)/g)].map(([, text]) => text);
  expect(texts.sort()).toEqual([
    'config view --raw --minify -o ',
    'get --raw $($asked[$key]) -v=6 --request-timeout=3s',
    'get --raw /api/v1/nodes/$NodeName -v=6 --request-timeout=3s',
    'get --raw /livez -v=6 --request-timeout=3s',
    'get --raw /readyz?verbose -v=6 --request-timeout=3s',
    'get --raw /version -v=6 --request-timeout=3s',
    'version -o json -v=6 --request-timeout=7s',
  ]);
});

it('writes nothing, and removes nothing but its own cache and its own old scripts', () => {
  // What would write, run text as code, or not come back.
  expect(script).not.toMatch(
    /Invoke-Expression|\biex\b|Invoke-WebRequest|Invoke-RestMethod|Test-NetConnection|Add-Type|Start-Process|(Set|Out|Remove|New)-(Item|Content|File|Variable)|WriteAll|Append|\.Wait\(\)|\.Result\b(?! })/,
  );
  expect(script.match(/\]::Delete\([^)]*\)/g)).toEqual([']::Delete($Cache, $true)', ']::Delete($file.FullName)']);
});

it('keeps private keys, tokens and headers out of sight', () => {
  expect(script).not.toMatch(/client-key\b(?!\|)|PRIVATE KEY|user\.token|\.password/);
  expect(new Set([...script.matchAll(/-v=(\d)/g)].map(([, level]) => level))).toEqual(new Set(['6']));
  expect([...script.matchAll(/\{\.(?:clusters|users)\[\*\]\.(?:cluster|user)\.([a-z-]+)\}/g)].map(([, field]) => field)).toEqual([
    'server',
    'proxy-url',
    'tls-server-name',
    'certificate-authority',
    'certificate-authority-data',
    'client-certificate',
    'client-certificate-data',
  ]);
});

it('prints facts that the guide tells of', () => {
  const guide = read('docs/guides/windows.md');
  // Those of a loop have their keys in a table.
  const keys = [...new Set([...printed(), 'lease', 'readyz', 'livez'])];
  expect(keys.filter((key) => !guide.includes(`\`${key}\``))).toEqual([]);
  for (const key of keys) expect(key).toMatch(/^[a-z_]{1,20}$/);
});

it('prints nothing but facts and the two marks, the end mark last', () => {
  const outputs = ofType('command').filter((node) => node.text.startsWith('Write-Output '));
  expect(outputs.map((node) => node.text.slice(0, 40))).toEqual([
    'Write-Output $line',
    'Write-Output "`nAFP1 begin $Nonce"',
    expect.stringMatching(/^Write-Output "AFP1 end \$Nonce rc=/),
  ]);
  expect(script.trimEnd().split('\n').at(-1)).toBe('Write-Output "AFP1 end $Nonce rc=$($run.Code)"');
});

/** A pattern of the script; those in use mean the same to .NET and to JavaScript. */
function patternAfter(text: string): RegExp {
  const pattern = new RegExp(`${text.replace(/[.*+?^$()[\]]/g, '\\$&')} '([^']+)'`).exec(script)?.[1];
  return new RegExp(pattern!.replace('(?m)', ''), 'm');
}

it.each([
  ['I1121 11:22:46.9 1 round_trippers.go:553] GET https://a.hcp.io:443/version?timeout=3s 401 Unauthorized in 2 milliseconds', '401'],
  ['I1121 11:22:47.1 1 round_trippers.go:632] "Response" verb="GET" url="https://a/version?timeout=3s" status="503 Service" ms=6', '503'],
  ['I1121 11:22:47.1 1 round_trippers.go:632] "Response" verb="GET" url="https://a/api/v1/nodes/a?timeout=3s" status="200 OK" ms=6', '200'],
  ['I1121 11:22:50.9 1 round_trippers.go:553] GET https://127.0.0.1:39267/version?timeout=3s  in 3000 milliseconds', undefined],
  ['I1121 11:22:57.0 1 round_trippers.go:632] "Response" verb="GET" url="https://a/version?timeout=3s" status="" ms=3000', undefined],
  ['Error from server: GET https://a/version 200 OK', undefined],
])('reads the status from what kubectl 1.27 to 1.33 says: %s', (said, status) => {
  expect(patternAfter('$status = [regex]::Match($err,').exec(said)?.[1]).toBe(status);
});

it('does not take the parameter of a request for a timeout', () => {
  const late = patternAfter('$code -eq 124 -or $err -match');
  expect('GET https://a/version?timeout=3s  in 3 milliseconds\nUnable to connect to the server: EOF').not.toMatch(late);
  expect('context deadline exceeded (Client.Timeout exceeded while awaiting headers)').toMatch(late);
  expect('net/http: request canceled (Client.Timeout exceeded while awaiting headers)').toMatch(late);
});

it('is small, and plain ASCII without a mark in front', () => {
  expect(script).toMatch(/^[\x20-\x7e\n]+$/);
  expect(script.length).toBeLessThan(32_768);
});
