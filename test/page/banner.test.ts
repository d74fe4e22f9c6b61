import { describe, expect, it } from 'vitest';
import { emptyLedger } from '../../src/model/ledger.ts';
import { calmBanner, troubleBanner } from '../../src/page/banner.ts';
import { html } from '../../src/page/html.ts';

describe('the banner of a cluster', () => {
  const nodes = { known: 3, reachable: 3, notServed: 0, unreachable: 0, unknown: 0, notProbed: 0 };
  const bannerOf = (...args: Parameters<typeof troubleBanner>) => troubleBanner(...args)?.text;

  it('says that it is cut off though none of its nodes was asked, and of how many that is known', () => {
    expect(bannerOf(nodes, 1, html`Cut off`)).toBe('<p class="banner unreachable">✖ Cut off</p>');
    expect(bannerOf({ ...nodes, unreachable: 2 }, 1, html`Cut off`)).toContain('Cut off: 2 of 3 nodes');
  });

  it('is not green while an outage is open, and says first what is worst', () => {
    expect(bannerOf(nodes, 0, undefined)).toBeUndefined();
    expect(bannerOf({ ...nodes, unknown: 1 }, 1, undefined)).toContain('✖ 1 open outage<');
    expect(bannerOf({ ...nodes, notServed: 3, unknown: 1 }, 0, undefined)).toBe(
      '<p class="banner notServed">▲ 3 nodes reach an API server that does not serve them</p>',
    );
    expect(bannerOf({ ...nodes, notServed: 1, unreachable: 1 }, 1, undefined)).toContain('✖ 1 of 3 nodes cannot reach');
    expect(bannerOf({ ...nodes, unknown: 1 }, 0, undefined)).toContain('? 1 of 3 nodes gave no verdict');
  });
});

describe('the banner where no trouble is seen', () => {
  const ledger = (reachable: number, unknown: number) => ({
    ...emptyLedger,
    known: reachable + unknown,
    reachable,
    unknown,
    byReason: { Reachable: reachable, RunCommandTimedOut: unknown },
  });
  const bannerOf = (...args: Parameters<typeof calmBanner>) => calmBanner(...args).text.replaceAll(/<[^>]*>/g, '');

  it('is green where at least nine of ten gave a verdict, and says how many did not', () => {
    expect(calmBanner(10, ledger(10, 0)).text).toBe('<p class="banner reachable">● All 10 probed nodes reach their API server</p>');
    expect(bannerOf(9, ledger(9, 1))).toBe('● All 9 probed nodes reach their API server (coverage 90.0 %)');
  });

  it('is not green where fewer did', () => {
    expect(bannerOf(8, ledger(8, 2))).toBe('? 8 nodes reach their API server; others gave no verdict (coverage 80.0 %)');
  });

  it('is not green without proof', () => {
    expect(bannerOf(0, ledger(10, 0))).toBe('? No node was seen');
    expect(bannerOf(10, undefined)).toBe('? 10 nodes reach their API server; no sweep of all is complete yet');
    expect(bannerOf(10, ledger(0, 10))).toBe('? No node gave a verdict in the last sweep');
  });
});
