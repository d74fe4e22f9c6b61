import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import pLimit from 'p-limit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { substituteLines } from '../../local/simulator/substitute-lines.ts';
import { classifyReport } from '../../src/probe/classify.ts';
import { parseReport } from '../../src/probe/parse.ts';
import { composeScript } from '../../src/probe/script.ts';

/** `RUNS=10000` is the long form. */
const RUNS = Number(process.env.RUNS ?? 60);
const nonce = '0123456789abcdef';
const limit = pLimit(4);
const anything = fc.string({ unit: 'binary-ascii', maxLength: 80 });

/** JSON of `kubectl version`, whole or damaged. */
const versionJson = fc
  .record({
    section: fc.constantFrom(...Array(6).fill('serverVersion'), 'clientVersion', 'ServerVersion'),
    gitVersion: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('v1.33.5', 'v1.31.4-aks') },
      fc.constantFrom('v1', '', 'v1.33', '1.33.5', 'v1.2.3"'),
      anything,
    ),
    indent: fc.constantFrom(2, 2, 2, 0),
    cut: fc.option(fc.nat(120), { freq: 1 }),
  })
  .map(({ section, gitVersion, indent, cut }) => {
    const text = JSON.stringify({ clientVersion: { gitVersion: 'v1.30.0' }, [section]: { major: '1', gitVersion } }, null, indent);
    return cut === null ? text : text.slice(0, cut);
  });
const output = fc.oneof({ weight: 3, arbitrary: versionJson }, anything, fc.constantFrom('', '<html></html>', 'Server Version: v1.33.5'));
const kubeconfigs = fc.constantFrom(
  'https://127.0.0.1:9',
  'https://127.0.0.1:9',
  'http://127.0.0.1:8080',
  '',
  'ftp://x',
  'https://',
  '127.0.0.1',
);
const node = fc.record({
  said: output,
  toStderr: fc.boolean(),
  exit: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(255)),
  server: kubeconfigs,
  file: fc.constantFrom('script', 'script', 'script', 'script', 'empty', 'zeros', 'text'),
  hasKubeconfig: fc.constantFrom(true, true, true, false),
  env: fc.dictionary(
    fc.constantFrom(
      'HTTPS_PROXY',
      'HOME',
      'KUBECONFIG',
      'KUBECACHEDIR',
      'LC_ALL',
      'IFS',
      'unfit',
      'kubectl',
      'server',
      'status',
      'rc',
      'said',
      'POSIXLY_CORRECT',
    ),
    fc.constantFrom('', '/nowhere', 'v1.33.5', '0', '200', 'http://127.0.0.1:1', 'x y'),
  ),
});
type Node = typeof node extends fc.Arbitrary<infer N> ? N : never;

let dir: string;
let count = 0;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'never-open-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function probe({ said, toStderr, exit, server, file, hasKubeconfig, env }: Node): Promise<string> {
  count += 1;
  const own = join(dir, String(count));
  await mkdir(own);
  const [kubectl, text] = [join(own, 'kubectl'), join(own, 'said')];
  await writeFile(text, said);
  // What it reads of the kubeconfig is what the script asks for, as the real one would answer.
  const script = `#!/bin/sh
case " $* " in
  *' config view '*) printf '\\nserver=%s\\n' '${server}' ;;
  *' version --client '*) echo '"clientVersion"' ;;
  *) cat '${text}'${toStderr ? ' >&2' : ''}; exit ${exit} ;;
esac
`;
  const content = { script, empty: '', zeros: '\0'.repeat(8192), text: said }[file];
  await writeFile(kubectl, content, { mode: 0o755 });
  if (hasKubeconfig) await writeFile(join(own, 'kubeconfig'), `server: ${server}\n`);
  const paths = {
    kubectl,
    kubeconfig: join(own, 'kubeconfig'),
    machine: '/proc/sys/kernel/random/uuid',
    hostname: '/proc/sys/kernel/hostname',
  };
  const substituted = substituteLines(composeScript(nonce, [], 'Linux', 'off').join('\n'), paths).replace(
    /^LITTER=.*$/m,
    "LITTER='/nowhere'",
  );
  await writeFile(join(own, 'script.sh'), substituted);
  const stdout = await new Promise<string>((resolve) => {
    execFile(
      '/bin/sh',
      [join(own, 'script.sh')],
      { cwd: own, env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...env }, encoding: 'latin1' },
      (_error, out) => resolve(out),
    );
  });
  await rm(own, { recursive: true, force: true });
  return stdout;
}

it(`calls no node reachable whose API server told no version, in ${RUNS} generated nodes`, {
  timeout: 120_000 + RUNS * 2_000,
}, async () => {
  let reachable = 0;
  await fc.assert(
    fc.asyncProperty(node, (given) =>
      limit(async () => {
        const report = parseReport(await probe(given), nonce);
        if (report === undefined) return;
        const { verdict } = classifyReport(report);
        if (verdict === 'unreachable') expect([1, 124, 137]).toContain(report.exitCode);
        if (verdict !== 'reachable') return;
        reachable += 1;
        expect(given).toMatchObject({ exit: 0, file: 'script', hasKubeconfig: true, server: expect.stringMatching(/^https:\/\/./) });
        expect(given.said).toMatch(/^ *"serverVersion": \{\n[\s\S]*^ *"gitVersion": "v\d+\.\d+\.\d+[^"\\\n]*",?$/m);
      }),
    ),
    { numRuns: RUNS },
  );
  // Else nothing would have been shown.
  if (RUNS >= 1_000) expect(reachable).toBeGreaterThan(10);
});

it('calls one reachable whose API server told its version', async () => {
  const said = JSON.stringify({ clientVersion: {}, serverVersion: { gitVersion: 'v1.33.5' } }, null, 2);
  const stdout = await probe({
    said,
    toStderr: false,
    exit: 0,
    server: 'https://127.0.0.1:9',
    file: 'script',
    hasKubeconfig: true,
    env: {},
  });
  expect(classifyReport(parseReport(stdout, nonce)!)).toMatchObject({ verdict: 'reachable' });
});
