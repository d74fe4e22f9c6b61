import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { METRICS_TYPE } from '../../src/http/metrics/figures.ts';

const has = (tool: string) => spawnSync(tool, ['--version']).status === 0;
export const hasPromtool = has('promtool');
export const hasPrometheus = has('prometheus');
if (!hasPromtool || !hasPrometheus) console.warn('Prometheus is not installed (Debian: prometheus): what it says itself is not tested');

/** A Prometheus that scrapes one text again and again. */
export interface ServedPrometheus {
  /** The samples of an instant query. */
  query(expression: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]>;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts Prometheus on what the app answers to a scrape, and waits until it was scraped often enough for rates. */
export async function servePrometheus(text: string): Promise<ServedPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
  const app = createServer((_, response) => response.writeHead(200, { 'content-type': METRICS_TYPE }).end(text)).listen(0, '127.0.0.1');
  await once(app, 'listening');
  const target = `127.0.0.1:${(app.address() as AddressInfo).port}`;
  const scrape = { job_name: 'aks-fleet-prober', metrics_path: '/api/metrics', static_configs: [{ targets: [target] }] };
  // JSON is YAML.
  await writeFile(
    join(folder, 'prometheus.yml'),
    JSON.stringify({ global: { scrape_interval: '250ms', scrape_timeout: '250ms' }, scrape_configs: [scrape] }),
  );
  const port = await freePort();
  const server = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  const query: ServedPrometheus['query'] = async (expression) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query: expression }),
    });
    const { data, error } = (await response.json()) as { data?: { result: never[] }; error?: string };
    if (data === undefined) throw new Error(`expected an answer to ${expression}, got ${error}`);
    return data.result;
  };
  const deadline = Date.now() + 30_000;
  const scrapes = () => query('count_over_time(up{job="aks-fleet-prober"}[1m]) and up == 1').catch(() => []);
  while (!(await scrapes()).some(({ value }) => Number(value[1]) >= 4)) {
    if (Date.now() > deadline || server.exitCode !== null) throw new Error('expected Prometheus to scrape the app four times within 30 s');
    await sleep(100);
  }
  return {
    query,
    async stop() {
      server.kill();
      if (server.exitCode === null) await once(server, 'exit');
      app.close();
      app.closeAllConnections();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
