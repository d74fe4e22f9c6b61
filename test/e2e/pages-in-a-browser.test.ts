import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM_ARGS, findChromium } from '../../scripts/find-chromium.ts';
import type { FleetView } from '../../src/views/fleet.ts';
import { until } from '../host/until.ts';
import { type App, quickSweeps, type Stage, setStage } from './stage.ts';

const SWEEP_SECONDS = 20;
const MOST_MS = 240_000;
const subscription = 'aaaaaaaa-0000-4000-8000-000000000007';
const shop = `${subscription}.rg-shop.shop`;
const executablePath = findChromium();

describe.skipIf(executablePath === undefined)('the pages of the running app in a browser (skipped where no Chromium is found)', () => {
  let stage: Stage;
  let app: App;
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    const cluster = (name: string, count: number) => ({
      name,
      resourceGroup: `rg-${name}`,
      location: 'westeurope',
      kubernetesVersion: '1.33.5',
      pools: [{ name: 'web', count, zones: ['1', '2', '3'] as ('1' | '2' | '3')[] }],
    });
    stage = await setStage({ subscriptions: [{ id: subscription, name: 'Shop', clusters: [cluster('shop', 3), cluster('bank', 2)] }] });
    app = await stage.startApp({ ...quickSweeps(SWEEP_SECONDS), CHECKS_PER_MINUTE: '30' });
    await app.sweepNow().catch(() => undefined);
    await until('every node to be reachable', async () => (await app.get<FleetView>('fleet')).nodes.reachable === 5, MOST_MS);
    browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
    page = await browser.newPage({ viewport: { width: 1280, height: 700 } });
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(error.message));
  }, MOST_MS + 60_000);
  afterAll(async () => {
    await browser?.close();
    await stage?.end();
  });

  const headline = () => page.textContent('h1');

  it(
    'show a fault as it appears, without losing the place of the reader, and that it clears',
    async () => {
      await page.goto(`${app.url}/api/status`);
      await until('a calm headline', async () => (await headline())?.includes('All 5 nodes that were asked reach'), MOST_MS);
      expect(await page.title()).toMatch(/^✓ /);
      await page.focus('a[href$="/reasons"]');
      await page.evaluate('window.scrollTo(0, 150)');
      // A mark on the document shows that the browser did not load it anew.
      await page.evaluate('document.documentElement.setAttribute("data-seen", "yes")');
      await stage.setFault(shop, 'refused');
      await until(
        'the fault in the headline',
        async () => (await headline())?.includes('rg-shop/shop cannot reach its API server'),
        MOST_MS,
      );
      expect(await page.getAttribute('html', 'data-seen')).toBe('yes');
      expect(await page.evaluate('[Math.round(scrollY), document.activeElement?.textContent]')).toEqual([150, 'Reasons']);
      expect(await page.title()).toMatch(/^✖ .*shop/);
      expect(decodeURIComponent((await page.getAttribute('link[rel=icon]', 'href'))!)).toContain('#b8231a');
      const panelText = () => page.textContent('article.panel.open');
      // The outage opens as soon as enough of its nodes fail: the last may follow a moment later.
      await until('all of its nodes in the panel', async () => (await panelText())?.includes('All 3 nodes'), MOST_MS);
      const panel = await panelText();
      for (const answer of ['Who', 'Why', 'ConnectionRefused', 'Getting better?', 'Do first', 'az aks show', '--name shop'])
        expect(panel).toContain(answer);
      await stage.clearFault(shop);
      await until('a calm headline again', async () => (await headline())?.includes('All 5 nodes that were asked reach'), MOST_MS);
      expect(errors).toEqual([]);
    },
    2 * MOST_MS,
  );

  it(
    'lead from the fleet to a cluster, to a node, and with one press to the result of a check of it',
    async () => {
      await page.goto(`${app.url}/api/status`);
      await page.click('a.name:text-is("shop")');
      await page.waitForSelector('.map .sq');
      await page.click('.map .sq >> nth=0');
      await page.waitForSelector('.path li');
      expect(await page.textContent('.path')).toContain('TLS: passed');
      await page.click('button:text-is("Check now")');
      await page.waitForURL(/\/api\/status\/checks\//);
      await until('the result of the check', async () => (await headline())?.includes('reaches its API server'), MOST_MS);
      expect(await page.textContent('main')).toContain('kubectl version took');
      expect(errors).toEqual([]);
    },
    MOST_MS,
  );

  it('need no script: what is folded and shown is the same without', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const plain = await context.newPage();
    const response = await plain.goto(`${app.url}/api/status`);
    expect(response?.headers().refresh).toMatch(/^\d+$/);
    expect(await plain.textContent('h1')).toContain('All 5 nodes');
    await plain.click('text=Pause');
    expect((await plain.reload())?.headers().refresh).toBeUndefined();
    expect(await plain.textContent('.sweep')).toContain('Resume');
    await context.close();
  }, 60_000);

  it('let no script in that a page does not carry', async () => {
    await page.goto(`${app.url}/api/status`);
    const ran = await page.evaluate(`
      const script = document.createElement('script');
      script.textContent = 'document.documentElement.dataset.hostile = "ran"';
      document.body.append(script);
      document.documentElement.dataset.hostile`);
    expect(ran).toBeUndefined();
    errors.length = 0;
  });
});
