import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { CHROMIUM_ARGS, findChromium } from './find-chromium.ts';

// Takes the pictures of the README from the pages of a running "npm start": it switches a fault on, waits until the page explains it, and clears it.
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const CLUSTER = 'payments-prod';
const FAULT = 'nsg-denies';
const WAIT_MS = 300_000;

const executablePath = findChromium();
if (executablePath === undefined)
  throw new Error('Expected Chromium in one of the usual places, found none: install it, or name it in CHROMIUM.');
const state = await readFile(join(root, '.local', 'state.json'), 'utf8').catch(() => undefined);
if (state === undefined)
  throw new Error('Expected the embedded default to run, it does not: start it with "npm start" in another terminal.');
const { hostUrl, simulatorUrl, caFile } = JSON.parse(state) as { hostUrl: string; simulatorUrl: string; caFile: string };

const { Agent, request } = await import('node:https');
const agent = new Agent({ ca: await readFile(caFile) });
const control = (method: 'PUT' | 'DELETE', body?: object) =>
  new Promise<void>((resolve, reject) => {
    const url = `${simulatorUrl}/control/faults/${CLUSTER}`;
    const sent = request(url, { method, agent, headers: { 'content-type': 'application/json' } }, (answer) => {
      answer.resume();
      answer.on('end', () =>
        (answer.statusCode ?? 500) < 300 ? resolve() : reject(new Error(`${method} ${url} was answered ${answer.statusCode}`)),
      );
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });

async function take(page: Page, address: string, name: string, until?: string): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    await page.goto(address);
    if (until === undefined || (await page.textContent('main'))?.includes(until)) break;
    if (Date.now() > deadline) throw new Error(`Expected "${until}" on ${address} within ${WAIT_MS / 1000} s; it did not come.`);
    await page.waitForTimeout(3000);
  }
  await page.screenshot({ path: join(root, 'docs', 'pictures', `${name}.png`), fullPage: name !== 'fleet' });
  process.stderr.write(`docs/pictures/${name}.png\n`);
}

const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1150 }, colorScheme: 'light' });
  await control('PUT', { fault: FAULT });
  const base = `${hostUrl}/api/status`;
  await take(page, base, 'fleet', 'nsg');
  const clusters = (await (await fetch(`${hostUrl}/api/clusters`)).json()) as { items: { cluster: string; name: string }[] };
  const { cluster } = clusters.items.find(({ name }) => name === CLUSTER)!;
  await take(page, `${base}/clusters/${cluster}`, 'cluster', 'Cause');
  const nodes = (await (await fetch(`${hostUrl}/api/clusters/${cluster}/nodes`)).json()) as { items: { node: string; verdict: string }[] };
  const failing = nodes.items.find(({ verdict }) => verdict === 'unreachable');
  if (failing !== undefined) await take(page, `${base}/clusters/${cluster}/nodes/${failing.node}`, 'node');
} finally {
  await control('DELETE');
  await browser.close();
}
