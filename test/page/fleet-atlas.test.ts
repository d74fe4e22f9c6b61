import { expect, it } from 'vitest';
import { fleetAtlas } from '../../src/page/fleet-atlas.ts';
import { troublesOf } from '../../src/page/troubles.ts';
import { clusterOf, fleetOf, incidentOf, links, wordsOf } from './views.ts';

const textOf = (clusters: ReturnType<typeof clusterOf>[], incidents: ReturnType<typeof incidentOf>[] = []) => {
  const fleet = fleetOf(clusters, { incidents });
  return fleetAtlas(fleet, clusters, troublesOf(fleet, clusters, []), links).text;
};

it('few clusters are shown by their nodes, each with a link and words', () => {
  const text = textOf([clusterOf('a', { unreachable: 1, reachable: 2 }), clusterOf('b')]);
  expect(text).toContain('<a class="down" href="/api/pages/clusters/aaaaaaaa-0000-4000-8000-000000000001.rg.a">');
  expect(text).toContain('aria-label="rg/a: 1 of 3 unreachable"');
  expect(wordsOf(text)).toContain('6 nodes in 2 clusters');
});

it('of many clusters, those that are not well are tiles, and the others one picture', () => {
  const clusters = Array.from({ length: 60 }, (_, n) => clusterOf(`c${n}`, n < 3 ? { unreachable: 1 } : { reachable: 1 }));
  const text = textOf(clusters);
  expect(text.match(/class="tile sq bad"/g)).toHaveLength(3);
  expect(text).toContain('aria-label="57 more clusters as they should be"');
});

it('clusters that fail never count as well, however many they are', () => {
  const clusters = Array.from({ length: 1000 }, (_, n) => clusterOf(`c${n}`, n < 990 ? { unreachable: 1 } : { reachable: 1 }));
  const text = textOf(clusters);
  expect(text.match(/class="tile sq bad"/g)).toHaveLength(600);
  expect(wordsOf(text)).toContain('And 390 more clusters not as they should be');
  expect(text).toContain('aria-label="10 more clusters as they should be"');
});

it('the clusters of an incident stand apart from all others', () => {
  const clusters = [clusterOf('a', { unreachable: 2 }), clusterOf('b'), clusterOf('c', { unreachable: 1 })];
  const words = wordsOf(textOf(clusters, [incidentOf(['a'])]));
  expect(words).toMatch(/In the incident 2 of 2 nodes faila.*Elsewhere 1 of 4 nodes fails/);
});
