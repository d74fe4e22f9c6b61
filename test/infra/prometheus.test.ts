import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readRules } from './alert-rules.ts';
import { faultsIn } from './promql.ts';
import { hasPromtool } from './serve-prometheus.ts';

const path = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const read = (file: string) => readFileSync(path(file), 'utf8');
const text = read('infra/prometheus/rules.yaml');

interface Rule {
  name: string;
  isRecorded: boolean;
  expression: string;
  severity: string | undefined;
  annotations: Record<string, string>;
}

/** Reads the rules as the file writes them: folded texts are lines that are indented further. */
function rulesOf(yaml: string): Rule[] {
  const blocks = yaml.split(/^ {6}- (?=alert|record)/m).slice(1);
  return blocks.map((block) => {
    const body = block.replaceAll(/^\s*#.*\n/gm, '').split(/^ {2}- name:/m)[0]!;
    const textAt = (key: string) => {
      const [, , inline = '', lines = ''] = new RegExp(String.raw`^( *)${key}: (.*)\n((?:\1 {2}.*\n)*)`, 'm').exec(`${body}\n`) ?? [];
      return inline === '>-' ? lines.trim().replaceAll(/\s*\n\s*/g, ' ') : inline.replaceAll(/^'|'$/g, '');
    };
    const [, kind, name = ''] = /^(alert|record): (\S+)/.exec(body) ?? [];
    const annotations = ['summary', 'description', 'page', 'runbook_url'].map((key) => [key, textAt(key)] as const);
    return {
      name,
      isRecorded: kind === 'record',
      expression: textAt('expr'),
      severity: textAt('severity'),
      annotations: Object.fromEntries(annotations),
    };
  });
}

const rules = rulesOf(text);
const alerts = rules.filter(({ isRecorded }) => !isRecorded);

it('rules use names and labels that the app has, and no other', () => {
  const recorded = new Map(rules.filter(({ isRecorded }) => isRecorded).map(({ name }) => [name, ['cluster_id']]));
  expect(rules.length).toBeGreaterThan(10);
  for (const { expression } of rules) expect(faultsIn(expression, recorded)).toEqual([]);
});

it('alerts name their condition, what to do, and where to read on, in a runbook that is there', () => {
  const runbook = read('docs/guides/on-call.md');
  const anchors = [...runbook.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
  for (const { name, severity, annotations } of alerts) {
    expect([name, severity]).toEqual([name, expect.stringMatching(/^(critical|warning|info)$/)]);
    expect(annotations.summary, name).toMatch(/\w{3}/);
    expect(annotations.description, name).toMatch(/^\S.{40,}\.$/);
    const [, file, anchor] = /^https:\/\/git\.example\/aks-fleet-prober\/(.*)#(.*)$/.exec(annotations.runbook_url!) ?? [];
    expect([name, file, anchors.includes(anchor!)]).toEqual([name, 'docs/guides/on-call.md', true]);
  }
});

it('there is one for each alert of Azure Monitor, as loud as that', () => {
  const loudness = (severity: number) => (severity <= 1 ? 'critical' : severity === 2 ? 'warning' : 'info');
  const ours = new Map(alerts.map(({ name, severity }) => [name, severity]));
  for (const { name, severity } of readRules()) expect([name, ours.get(name)]).toEqual([name, loudness(severity)]);
  const more = [...ours.keys()].filter((name) => !readRules().some((rule) => rule.name === name));
  // What the others tell in one rule, or Azure itself tells.
  expect(more).toEqual(['subscription-gap', 'prober-unread', 'notifications-wait']);
});

it('each alert has a test in which it fires', () => {
  const tested = [...read('infra/prometheus/rules.test.yaml').matchAll(/^ {4}alertname: (\S+)\n {4}exp_alerts:\n/gm)].map(
    ([, name]) => name,
  );
  expect(alerts.map(({ name }) => name).filter((name) => !tested.includes(name))).toEqual([]);
});

it.skipIf(!hasPromtool)('promtool finds the rules free of faults, and they fire when they should', () => {
  const promtool = (...more: string[]) => execFileSync('promtool', more, { encoding: 'utf8', stdio: 'pipe' });
  expect(promtool('check', 'rules', '--lint=all', '--lint-fatal', path('infra/prometheus/rules.yaml'))).toContain(
    `SUCCESS: ${rules.length} rules found`,
  );
  expect(promtool('test', 'rules', path('infra/prometheus/rules.test.yaml'))).toContain('SUCCESS');
});

describe('the guide', () => {
  const guide = read('docs/guides/prometheus.md');

  it('names each alert under its severity', () => {
    const rows = [...guide.matchAll(/^\| `(critical|warning|info)`[^|]*\| ([^|]*) \|/gm)];
    const named = rows.flatMap(([, severity, names = '']) =>
      names.split(', ').map((name) => [name.replaceAll('`', ''), severity] as const),
    );
    expect(new Map([...named].sort())).toEqual(new Map(alerts.map(({ name, severity }) => [name, severity] as const).sort()));
  });

  it.skipIf(!hasPromtool)('has a job that Prometheus takes, with the key as a parameter; the other one is for later versions', async () => {
    const jobs = [...guide.matchAll(/```yaml\n(scrape_configs:[\s\S]*?)```/g)].map(([, job]) => job!);
    expect(jobs.map((job) => job.includes('http_headers'))).toEqual([true, false]);
    const [withHeader, withParameter] = jobs as [string, string];
    const withoutKey = withHeader.replace(/^ {4}http_headers:\n(?: {6}.*\n)+/m, '');
    expect(withoutKey).toBe(withParameter.replace(/^ {4}params:\n(?: {6}code.*\n)+/m, ''));
    const file = join(await mkdtemp(join(tmpdir(), 'guide-')), 'prometheus.yml');
    await writeFile(file, withParameter.replace('<function app>', 'func-fleet'));
    expect(execFileSync('promtool', ['check', 'config', file], { encoding: 'utf8' })).toContain('SUCCESS');
    await rm(dirname(file), { recursive: true });
  });
});
