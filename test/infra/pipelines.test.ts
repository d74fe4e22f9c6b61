import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { mistakeOf } from './az-commands.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (name: string) => readFileSync(join(root, 'infra/pipelines', name), 'utf8');
const dir = mkdtempSync(join(tmpdir(), 'aks-fleet-prober-pipeline-'));
afterAll(() => rmSync(dir, { recursive: true }));

interface Step {
  uses?: string;
  run?: string;
  name?: string;
  with?: Record<string, string>;
}
interface Job {
  needs?: string | string[];
  if?: string;
  environment?: string;
  permissions: Record<string, string>;
  steps: Step[];
}

describe('on GitHub', () => {
  const workflow = parse(read('github-actions.yml')) as {
    permissions: object;
    defaults: { run: { shell: string } };
    jobs: Record<string, Job>;
  };
  const { build, attest, preview, deploy } = workflow.jobs as Record<'build' | 'attest' | 'preview' | 'deploy', Job>;
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

  it('tests run first, then it shows what would change, then somebody approves, then it deploys', () => {
    expect(build.steps.findIndex(({ run }) => run === 'npm test')).toBeLessThan(
      build.steps.findIndex(({ run }) => run === 'npm run build'),
    );
    expect([attest.needs, preview.needs, deploy.needs]).toEqual(['build', 'build', ['preview', 'attest']]);
    expect(preview.steps.at(-1)!.run).toContain('az deployment sub what-if');
    expect([build.environment, preview.environment, deploy.environment]).toEqual([undefined, 'preview', 'production']);
    for (const { if: condition } of [attest, preview, deploy]) expect(condition).toBe("github.ref == 'refs/heads/main'");
  });

  it('each action is pinned by digest, with its version for people', () => {
    const used = [...read('github-actions.yml').matchAll(/uses: (.*)$/gm)].map(([, action]) => action!);
    expect(used.length).toBeGreaterThan(8);
    for (const action of used) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    const digests = Map.groupBy(used, (action) => action.split('@')[0]);
    for (const [name, list] of digests) expect([name, new Set(list).size]).toEqual([name, 1]);
  });

  it('previews as one identity and deploys as another, of which only an approved job has the token', () => {
    const logins = [preview, deploy].map((job) => job.steps.find(({ uses }) => uses?.startsWith('azure/login@'))!.with!['client-id']);
    expect(logins.map((login) => /vars\.(\w+)/.exec(login!)![1])).toEqual(['AZURE_PREVIEW_CLIENT_ID', 'AZURE_CLIENT_ID']);
    expect(build.steps.some(({ uses }) => uses?.startsWith('azure/login@'))).toBe(false);
    expect(read('github-actions.yml').match(/secrets\./g)).toHaveLength(3);
    expect(JSON.stringify([build, preview])).not.toContain('secrets.');
  });

  it.each(['previews', 'a preview that fails'])('the step that shows what would change, of %s', (kind) => {
    const bin = mkdtempSync(join(dir, 'bin-'));
    writeFileSync(join(bin, 'az'), `#!/bin/sh\necho "what would change"\nexit ${kind === 'previews' ? 0 : 1}\n`, { mode: 0o755 });
    const summary = join(bin, 'summary');
    const env = { PATH: `${bin}:${process.env.PATH}`, GITHUB_STEP_SUMMARY: summary, DEPLOYMENT: 'd', AZURE_LOCATION: 'l' };
    expect(workflow.defaults.run.shell).toBe('bash');
    // As GitHub runs "shell: bash".
    const args = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', preview.steps.at(-1)!.run!];
    const { status } = spawnSync('bash', args, { env, encoding: 'utf8' });
    expect(status).toBe(kind === 'previews' ? 0 : 1);
    expect(readFileSync(summary, 'utf8')).toContain('what would change');
  });

  it('every script is one that a shell reads', () => {
    for (const { run } of steps.filter((step) => step.run !== undefined))
      expect(spawnSync('bash', ['-n'], { input: run!.replaceAll(/\$\{\{.*?\}\}/g, 'x'), encoding: 'utf8' })).toMatchObject({
        status: 0,
        stderr: '',
      });
  });

  it('has no rights beyond those of each job, and keeps no token on the disk', () => {
    expect(workflow.permissions).toEqual({});
    const asked = Object.entries(workflow.jobs).map(([name, { permissions }]) => [name, Object.keys(permissions).sort()]);
    expect(asked).toEqual([
      ['build', ['contents']],
      ['attest', ['attestations', 'id-token']],
      ['preview', ['contents', 'id-token']],
      ['deploy', ['contents', 'id-token']],
    ]);
    for (const { permissions } of Object.values(workflow.jobs)) expect(permissions.contents ?? 'read').toBe('read');
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    for (const checkout of checkouts) expect(checkout.with).toMatchObject({ 'persist-credentials': false });
  });

  it('says what is in the package and where it comes from, and deploys that very package', () => {
    const subjects = attest.steps.filter(({ uses }) => uses?.startsWith('actions/attest')).map((step) => step.with!['subject-path']);
    expect(subjects).toEqual(['app.zip', 'app.zip']);
    const bill = attest.steps.find(({ uses }) => uses?.startsWith('actions/attest-sbom@'))!.with!['sbom-path'];
    expect(readFileSync(join(root, 'scripts/build.ts'), 'utf8')).toContain(`'${bill}'`);
    expect(deploy.steps.some(({ uses }) => uses?.startsWith('actions/download-artifact@'))).toBe(true);
    expect(deploy.steps.map(({ run = '' }) => run).join('\n')).not.toMatch(/npm |\bzip --quiet/);
  });
});

describe('on Azure Pipelines', () => {
  interface Stage {
    stage: string;
    dependsOn?: string;
    condition?: string;
    jobs: { environment?: string; steps?: object[]; strategy?: object }[];
  }
  const { stages, pr } = parse(read('azure-pipelines.yml')) as { stages: Stage[]; pr: string };
  const textOf = (name: string) => JSON.stringify(stages.find(({ stage }) => stage === name));

  it('the same stages follow each other, and nothing of a pull request is deployed', () => {
    expect(stages.map(({ stage, dependsOn }) => [stage, dependsOn])).toEqual([
      ['build', undefined],
      ['preview', 'build'],
      ['deploy', 'preview'],
    ]);
    expect(pr).toBe('none');
    for (const { condition } of stages.slice(1)) expect(condition).toContain("eq(variables['Build.SourceBranch'], 'refs/heads/main')");
    expect(textOf('build')).toMatch(/npm test.*npm run build.*sbom\.cdx\.json.*provenance\.js/);
    expect(textOf('preview')).toContain('az deployment sub what-if');
    expect(stages[2]!.jobs[0]!.environment).toBe('production');
  });

  it('it previews and deploys by two service connections, and checks the package before it signs in', () => {
    expect(textOf('preview')).toContain('fleet-prober-preview');
    expect(textOf('deploy')).toMatch(/provenance\.js --verify.*fleet-prober-deploy/);
    expect(textOf('build')).not.toContain('azureSubscription');
  });

  it('every script is one that a shell reads', () => {
    const scripts = [...JSON.stringify(stages).matchAll(/"(?:script|inlineScript)":("(?:[^"\\]|\\.)*")/g)].map(
      ([, text]) => JSON.parse(text!) as string,
    );
    expect(scripts.length).toBeGreaterThan(5);
    for (const script of scripts) {
      const { status, stderr } = spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    }
  });

  it('the statement of a package is of that very package', () => {
    const [app, statement] = [join(dir, 'app.zip'), join(dir, 'statement.json')];
    const provenance = (...args: string[]) =>
      spawnSync(process.execPath, [join(root, 'infra/pipelines/provenance.js'), ...args], { encoding: 'utf8' });
    writeFileSync(app, 'what was tested');
    writeFileSync(statement, provenance(app).stdout);
    expect(JSON.parse(readFileSync(statement, 'utf8'))).toMatchObject({
      predicateType: 'https://slsa.dev/provenance/v1',
      subject: [{ name: 'app.zip' }],
    });
    expect(provenance('--verify', app, statement).status).toBe(0);
    writeFileSync(app, 'something else');
    expect(provenance('--verify', app, statement)).toMatchObject({ status: 1, stderr: expect.stringContaining('nothing is deployed') });
  });
});

it('what both ask of the Azure CLI, it has', () => {
  const texts = ['github-actions.yml', 'azure-pipelines.yml']
    .map(read)
    .join('\n')
    .replaceAll(/\$\(\w[^()\n]*\)/g, 'value');
  const calls = [...texts.matchAll(/\baz ((?:deployment|functionapp) [^\n|;&)]*)/g)].map(([, words]) => words!.match(/"[^"]*"|\S+/g)!);
  expect(calls.length).toBeGreaterThan(6);
  expect(calls.map(mistakeOf).filter((mistake) => mistake !== undefined)).toEqual([]);
});

describe('waiting for the first sweep', () => {
  const wait = async (answer: (nth: number) => [status: number, body: string]) => {
    let asked = 0;
    const server = createServer((_request, response) => {
      const [status, body] = answer(++asked);
      response.writeHead(status).end(body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/health`;
    try {
      const child = spawn('sh', [join(root, 'infra/pipelines/wait-for-health.sh'), url, '0'], { stdio: 'ignore' });
      return await new Promise<[number | null, number]>((resolve) => child.on('close', (status) => resolve([status, asked])));
    } finally {
      server.close();
    }
  };
  const stale = '{"status":"stale","lastCompletedAt":null}';

  it('ends with the first 200', async () => {
    expect(await wait((nth) => (nth < 3 ? [503, stale] : [200, '{}']))).toEqual([0, 3]);
  });

  it('is no failure where the app runs and no sweep was due yet, and is one where sweeps have stopped', async () => {
    expect((await wait(() => [503, stale]))[0]).toBe(0);
    expect((await wait(() => [503, stale.replace('null', '"2026-11-30T10:00:00Z"')]))[0]).toBe(1);
  });
});
