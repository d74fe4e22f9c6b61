import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { renderApi } from '../../scripts/render-api.ts';
import { renderEvents, renderFindings, renderMetrics, renderReasons, renderStates } from '../../scripts/write-docs.ts';
import { routes } from '../../src/http/routes.ts';
import { settingNames } from '../../src/settings.ts';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

const runtime = () => Object.keys(JSON.parse(read('package.json')).dependencies);
const rowsOfDependencies = () => [...read('docs/reference/dependencies.md').matchAll(/^\| `([^`]+)` \| (.*) \| (.*) \| (.*) \|$/gm)];

it('every runtime dependency has its reason in the table, and nothing else is there', () => {
  const rows = rowsOfDependencies();
  expect(rows.map(([, name]) => name)).toEqual(runtime());
  for (const [, , why] of rows) expect(why).toMatch(/.{20,}/);
});

it('the table names of each runtime dependency the publisher and the repository that the installed package names', () => {
  const provenance = runtime().map((name) => {
    const { author, repository } = JSON.parse(read(`node_modules/${name}/package.json`));
    const publisher = String(author.name ?? author).replace(/ *<.*/, '');
    const place = /(?:github\.com\/|github:|^)([\w.-]+\/[\w.-]+?)(?:\.git)?$/.exec(repository.url ?? repository)?.[1];
    return [name, publisher, `[${place}](https://github.com/${place})`];
  });
  expect(rowsOfDependencies().map(([, name, , publisher, place]) => [name, publisher, place])).toEqual(provenance);
});

it('all versions in package.json are exact', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json'));
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
    expect(`${name} ${version}`).toMatch(/ \d+\.\d+\.\d+$/);
});

it('the lockfile names no download address', () => {
  expect(read('package-lock.json')).not.toContain('"resolved"');
});

it('the sample holds every setting that a developer may give, and no other', () => {
  const sample = Object.keys(JSON.parse(read('local.settings.sample.json')).Values).filter((name) => name !== 'FUNCTIONS_WORKER_RUNTIME');
  // Given by Azure itself, or only where storage is reached by identity.
  const azureOnly = /^(AzureWebJobsStorage__|WEBSITE_(HOSTNAME|AUTH_ENABLED)$)/;
  expect(sample.sort()).toEqual(settingNames.filter((name) => !azureOnly.test(name)).sort());
});

it('the README names every route', () => {
  const readme = read('README.md');
  for (const { path } of routes) expect(readme).toContain(`/api/${path}`);
});

it('every link to a file of the project leads somewhere', () => {
  const root = new URL('../../', import.meta.url);
  const pages = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
  for (const page of pages)
    for (const [, target] of read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g))
      expect(() => readFileSync(new URL(target!, new URL(page, root))), `${target} in ${page}`).not.toThrow();
});

it('the reference of reasons is what the catalogue says', () => {
  expect(read('docs/reference/reasons.md')).toBe(renderReasons());
  expect(read('docs/reference/states.md')).toBe(renderStates());
});

it('the reference of events is what their schemas say, each field with a sentence', () => {
  const page = read('docs/reference/events.md');
  expect(page).toBe(renderEvents());
  for (const [, meaning] of page.matchAll(/^\| `\w+` \| (?:text|number) \| (.*) \|$/gm)) expect(meaning).toMatch(/^[A-Z`][^|]+\.$/);
});

it('the reference of findings is what their catalogue says', () => {
  expect(read('docs/reference/findings.md')).toBe(renderFindings());
});

it('the reference of metrics is what their table says', () => {
  expect(read('docs/reference/metrics.md')).toBe(renderMetrics());
});

it('the reference of the HTTP API is what the table of routes says', () => {
  expect(read('docs/reference/api.md')).toBe(renderApi());
});
