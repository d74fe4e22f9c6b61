import { describe, expect, it } from 'vitest';
import { outageAnswers, outageCard, outagePanel } from '../../src/page/outage-panel.ts';
import { clusterOf, links, NOW, outageOf, SINCE, wordsOf } from './views.ts';

const shop = clusterOf('shop', { reachable: 1, unreachable: 4 }, { openOutages: 4 });
const nodes = ['a', 'b', 'c', 'd'].map((node) => outageOf('shop', node));
const words = (outages: Parameters<typeof outageAnswers>[0], cluster = shop, incident?: { id: string }) =>
  wordsOf(outageAnswers(outages, cluster, links, NOW, incident).text);

describe('the outages of some nodes', () => {
  it('name the first, and count the others, of which not all may have been read', () => {
    expect(words(nodes)).toContain('Whoa, b, c and 1 more node.');
    expect(words(nodes, { ...shop, openOutages: 60 })).toContain('and 57 more nodes');
    expect(words(nodes.slice(0, 1))).toContain('Whoa.');
  });

  it('say what the nodes have in common, and how often one returned', () => {
    const common = clusterOf(
      'shop',
      { unreachable: 4 },
      { commonFactors: [{ factor: 'zone', value: '2', sentence: 'All are in zone 2.' } as never] },
    );
    expect(words([outageOf('shop', 'a', { flaps: 3 })], common)).toMatch(/Flapping: it returned 3 times.*All are in zone 2\./);
  });

  it('have one title that counts them', () => {
    expect(wordsOf(outagePanel(nodes, shop, links, NOW).text)).toContain('Outage of 4 nodes of rg/shop');
    expect(wordsOf(outageCard(nodes, shop, links, NOW).text)).toContain('4 of 5');
    expect(wordsOf(outageCard(nodes.slice(0, 1), shop, links, NOW).text)).toContain('1 of 5');
  });
});

describe('the outage of a cluster', () => {
  const whole = outageOf('shop', undefined, {
    counts: { failing: 4, conclusive: 5, planned: 5, most: 5 },
    reasons: [
      { reason: 'DnsTimeout', nodes: 3 },
      { reason: 'ConnectionRefused', nodes: 1 },
    ],
  });

  it('says how many nodes fail of those that gave a verdict, and why each', () => {
    const answers = words([whole]);
    expect(answers).toContain('4 of 5 nodes that gave a verdict; 5 at most.');
    expect(answers).toContain('3 DnsTimeout, 1 ConnectionRefused');
    expect(words([{ ...whole, counts: { failing: 5, conclusive: 5, planned: 6, most: 5 } }])).toContain('All 5 nodes that gave a verdict.');
  });

  it('does not claim that nothing changed before that was searched', () => {
    expect(words([whole])).toContain("Azure's change log was not searched yet.");
    expect(words([{ ...whole, searchedAt: SINCE }])).toContain('No change was found in the hour before.');
  });

  it('says why nobody is notified: for an incident, or a maintenance', () => {
    expect(words([whole], shop, { id: '20261121T115000Z-0a1b2c3d' })).toContain('people are notified of the incident');
    expect(words([{ ...whole, maintenance: true }])).toContain('It began in a maintenance');
    const maintained = { ...shop, maintenance: { from: SINCE, until: NOW.toISOString() } as never };
    expect(words([whole], maintained)).toContain('The cluster is in maintenance');
    expect(words([whole])).toContain('Nobody yet.');
  });

  it('asks for nothing, and says no trend, once it is over', () => {
    const remedies = [{ say: 'Check the DNS servers.', command: null }];
    expect(words([{ ...whole, remedies }])).toContain('Do firstCheck the DNS servers.');
    const over = words([{ ...whole, remedies, end: NOW.toISOString() }]);
    for (const question of ['Do first', 'Getting better?', 'In common']) expect(over).not.toContain(question);
  });
});
