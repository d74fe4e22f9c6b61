import { describe, expect, it } from 'vitest';
import { type OutagePage, outagePage } from '../../src/page/outage-page.ts';
import { clusterOf, frame, outageOf, SINCE, wordsOf } from './views.ts';

const minutes = (n: number) => new Date(Date.parse(SINCE) + n * 60_000).toISOString();
const log = (minute: number, success: boolean, message: string) => ({
  time: minutes(minute),
  success,
  reason: success ? 'Reachable' : 'DnsTimeout',
  message,
  latency: success ? '12ms' : null,
});
const page = (more: Partial<OutagePage> = {}): OutagePage => ({
  outage: outageOf('shop', undefined, { counts: { failing: 2, conclusive: 3, planned: 3, most: 2 } }),
  cluster: clusterOf('shop', { unreachable: 2, reachable: 1 }, { openOutages: 3 }),
  others: ['a', 'b'].map((node) => outageOf('shop', node)),
  isWhole: true,
  ...more,
});
const shown = (more?: Partial<OutagePage>) => outagePage(page(more), frame);
const words = (more?: Partial<OutagePage>) => wordsOf(shown(more).body.text);

describe('the page of an outage', () => {
  it('draws how many nodes were in outages, and says "or more" where not all were read', () => {
    expect(words()).toContain('Nodes in outages2 at most');
    expect(words({ isWhole: false })).toContain('Nodes in outages2 or more at once');
    expect(words({ others: [] })).not.toContain('Nodes in outages');
  });

  it('that is over says from when to when, for how long, and what showed the end', () => {
    const outage = outageOf('shop', 'a', {
      end: minutes(8),
      episodes: [{ start: SINCE, end: minutes(8) }],
      startLogs: [log(0, false, 'the resolver did not answer')],
      endLogs: [log(8, true, 'the API server answered')],
    });
    const document = shown({ outage, others: [] });
    const text = wordsOf(document.body.text);
    expect(document.state).toBe('good');
    expect(text).toContain('could not reach its API server');
    expect(text).toMatch(/First failure: the resolver did not answer.*It ended: the API server answered/);
    expect(text).toContain('Ended');
    expect(text).toContain('8 min');
    for (const part of ['Do first', 'Getting better?']) expect(text).not.toContain(part);
  });

  it('that returned shows each time', () => {
    const outage = outageOf('shop', 'a', {
      flaps: 2,
      episodes: [
        { start: SINCE, end: minutes(2) },
        { start: minutes(4), end: minutes(5) },
        { start: minutes(7), end: null },
      ],
    });
    const text = words({ outage, others: [] });
    expect(text.match(/It returned/g)).toHaveLength(2);
    expect(text).toContain('Flapping: it returned 2 times.');
  });

  it('of a cluster names the nodes that it affected', () => {
    const outage = outageOf('shop', undefined, { nodes: ['aks-a', 'aks-b'], counts: null });
    expect(words({ outage })).toMatch(/aks-a.*aks-b/);
  });
});
