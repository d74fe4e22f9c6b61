import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { CHROMIUM_ARGS, findChromium } from '../../scripts/find-chromium.ts';
import { nothingDelivered } from '../../src/history/outage.ts';
import type { Services } from '../../src/services.ts';
import { insertCheck } from '../../src/tables/check-rows.ts';
import { insertOutage } from '../../src/tables/outage-rows.ts';
import { writeBatch } from '../../src/tables/rows.ts';
import { ask } from '../http/ask.ts';
import { assess, type Condition, seedNodes } from '../http/seed-cluster.ts';
import { INCIDENT } from '../http/seed-incident.ts';
import { idOf, SINCE, SUBSCRIPTION, seedTroubledFleet } from '../http/seed-troubled-fleet.ts';
import { servicesAt } from '../sweep/services-at.ts';
import { violationsOf } from './axe.ts';

const NOW = '2026-11-21T12:00:00.000Z';
const executablePath = findChromium();
const LOOKS = [
  { width: 1440, colorScheme: 'light' as const },
  { width: 360, colorScheme: 'dark' as const },
  { width: 360, colorScheme: 'light' as const },
  { width: 1440, colorScheme: 'dark' as const },
];

/** What is wider than the screen, unless it can be scrolled by itself. */
const TOO_WIDE = `(() => {
  const root = document.documentElement;
  if (root.scrollWidth - root.clientWidth <= 1) return [];
  const wide = [...document.querySelectorAll('body *')].filter((each) => each.getBoundingClientRect().right > root.clientWidth + 1);
  return (wide.length > 0 ? wide : [root]).map((each) => each.tagName + '.' + each.getAttribute('class') + ': ' + each.textContent.slice(0, 60));
})()`;
const CHECK = '2026-11-21-0123456789abcdef';

/** An outage with all that can be known of one, and a check that is running. */
async function seedOutageAndCheck({ tables }: Services): Promise<void> {
  const resourceId = `/subscriptions/${SUBSCRIPTION}/resourceGroups/net/providers/Microsoft.Network/networkSecurityGroups/nsg-shop`;
  const log = { nonce: 'n', time: SINCE, success: false, reason: 'ConnectionRefused', message: 'port 443: refused' };
  const finding = {
    code: 'NsgDenies' as const,
    kind: 'cause' as const,
    sentence: 'NSG nsg-shop denies it',
    resourceId,
    evidence: [{ resourceId, setting: 'rule deny-443 (priority 110)', value: 'Deny' }],
    changedAt: SINCE,
    foundAt: NOW,
  };
  const outage = {
    cluster: idOf('shop'),
    start: SINCE,
    reason: 'ConnectionRefused' as const,
    message: 'it fails',
    openedAt: SINCE,
    episode: 2,
    episodes: [{ start: SINCE, end: '2026-11-21T11:52:00.000Z' }, { start: '2026-11-21T11:55:00.000Z' }],
    nodes: ['a', 'b'],
    counts: { failing: 2, conclusive: 3, planned: 3, most: 2 },
    startLogs: [log],
    endLogs: [log],
    findings: [finding],
    changes: [{ time: SINCE, resourceId, operation: 'Microsoft.Network/networkSecurityGroups/securityRules/write' }],
    searchedAt: NOW,
    ...nothingDelivered,
  };
  await writeBatch(await tables.open('fleet'), [insertOutage(outage), insertOutage({ ...outage, node: 'a' })]);
  const check = { id: CHECK, cluster: idOf('shop'), region: 'westeurope', node: 'a', os: 'Linux' as const, target: resourceId };
  await insertCheck(tables, { ...check, requestedAt: NOW, requestedBy: 'somebody', asked: 'x' });
}

describe.skipIf(executablePath === undefined)('the pages in a browser (skipped where no Chromium is found)', () => {
  let storage: Azurite;
  let browser: Browser;
  const accounts = ['none', 'one', 'middle', 'troubled', 'large'];
  const services: Record<string, Services> = {};

  beforeAll(async () => {
    storage = await startAzurite({ accounts });
    for (const account of accounts) services[account] = servicesAt(storage.connectionStringFor(account), NOW).services;
    await seedNodes(services.one!, idOf('lone'), { 'aks-web-1': 'reachable' });
    await assess(services.one!, idOf('lone'));
    await seedTroubledFleet(services.troubled!);
    await seedOutageAndCheck(services.troubled!);
    for (const [name, count, failing] of [
      ['shop', 12, 4],
      ['bank', 12, 0],
      ['desk', 9, 9],
      ['mail', 6, 1],
    ] as const) {
      const nodes = Array.from({ length: count }, (_, n): [string, Condition] => [
        `aks-${name}-${n}`,
        n < failing ? 'unreachable' : 'reachable',
      ]);
      await seedNodes(services.middle!, idOf(name), Object.fromEntries(nodes));
      await assess(services.middle!, idOf(name));
    }
    const many = Array.from({ length: 5000 }, (_, n): [string, Condition] => [
      `aks-web-${String(n).padStart(6, '0')}`,
      n % 100 === 0 ? 'unreachable' : 'reachable',
    ]);
    await seedNodes(services.large!, idOf('large'), Object.fromEntries(many));
    await assess(services.large!, idOf('large'));
    browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await storage?.stop();
  });

  /** Opens a page of the app without a host between. */
  async function open(account: string, path: string, { width, colorScheme }: (typeof LOOKS)[number]): Promise<Page> {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
    const page = await context.newPage();
    await page.route('**/*', async (route) => {
      const url = new URL(route.request().url());
      const { status, headers, text } = await ask(services[account]!, url.pathname.replace('/api/', '') + url.search);
      await route.fulfill({ status, headers: Object.fromEntries(headers), body: text });
    });
    await page.goto(`https://prober.example/api/${path}`);
    return page;
  }

  const pagesOf: [account: string, path: string][] = [
    ['none', 'status'],
    ['none', 'status/incidents'],
    ['none', 'status/outages'],
    ['none', 'status/sweeps'],
    ['none', 'status/reasons'],
    ['none', 'pages'],
    ['one', 'status'],
    ['one', `status/clusters/${idOf('lone')}`],
    ['one', `status/clusters/${idOf('lone')}/nodes/aks-web-1`],
    ['middle', 'status'],
    ['middle', `status/clusters/${idOf('shop')}`],
    ['middle', `status/clusters/${idOf('desk')}`],
    ['middle', `status/clusters/${idOf('desk')}/nodes/aks-desk-0`],
    ['troubled', 'status'],
    ['troubled', `status/clusters/${idOf('shop')}`],
    ['troubled', `status/clusters/${idOf('bank')}`],
    ['troubled', `status/clusters/${idOf('mail')}`],
    ['troubled', `status/clusters/${idOf('shop')}/nodes/a`],
    ['troubled', `status/clusters/${idOf('mail')}/nodes/a`],
    ['troubled', `status/incidents/${INCIDENT}`],
    ['troubled', 'status/incidents'],
    ['troubled', 'status/outages?state=all'],
    ['troubled', 'status/sweeps'],
    ['troubled', `status/clusters/${idOf('shop')}/outages/*/${encodeURIComponent(SINCE)}`],
    ['troubled', `status/clusters/${idOf('shop')}/outages/a/${encodeURIComponent(SINCE)}`],
    ['troubled', `status/checks/${CHECK}`],
    ['troubled', 'status/clusters/none'],
    ['large', 'status'],
    ['large', `status/clusters/${idOf('large')}`],
  ];

  it.each(pagesOf)(
    'of %s: axe finds nothing on /api/%s, light and dark, wide and narrow',
    async (account, path) => {
      for (const look of LOOKS) {
        const page = await open(account, path, look);
        expect([look, await violationsOf(page)]).toEqual([look, []]);
        expect([look, await page.evaluate<string[]>(TOO_WIDE)]).toEqual([look, []]);
        await page.context().close();
      }
    },
    120_000,
  );
});
