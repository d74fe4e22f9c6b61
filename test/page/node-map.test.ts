import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Place } from '../../src/history/places.ts';
import { allOf, nodeMap } from '../../src/page/node-map.ts';
import { countsOf, HOSTILE, links, nodeOf, wordsOf } from './views.ts';

const place = (pool: string, zone: string, nodes: Parameters<typeof countsOf>[0]): Place => ({ pool, zone, nodes: countsOf(nodes) });

describe('what fails whole', () => {
  it('is the zone all of whose nodes fail, while another is seen to be well', () => {
    const places = [place('web', '1', { reachable: 2 }), place('web', '2', { unreachable: 2 }), place('db', '2', { unreachable: 1 })];
    expect(allOf(places)).toEqual({ what: 'zone', value: '2', isWhole: true });
  });

  it('is a pool where the zones do not say it', () => {
    const places = [
      place('web', '1', { unreachable: 1 }),
      place('web', '2', { unreachable: 2 }),
      place('db', '1', { reachable: 1 }),
      place('db', '2', { reachable: 1 }),
    ];
    expect(allOf(places)).toEqual({ what: 'pool', value: 'web', isWhole: true });
  });

  it('is not said to be whole where some of it was not probed', () => {
    const places = [place('web', '1', { reachable: 2 }), place('web', '2', { unreachable: 3, notProbed: 1 })];
    expect(allOf(places)).toEqual({ what: 'zone', value: '2', isWhole: false });
  });

  it.each<[string, Place[]]>([
    ['most of it was not probed', [place('web', '1', { reachable: 2 }), place('web', '2', { unreachable: 1, notProbed: 5 })]],
    ['one of it is reachable', [place('web', '1', { reachable: 2 }), place('web', '2', { unreachable: 2, reachable: 1 })]],
    ['one of it is unknown', [place('web', '1', { reachable: 2 }), place('web', '2', { unreachable: 2, unknown: 1 })]],
    ['nodes fail elsewhere too', [place('web', '1', { reachable: 2, unreachable: 1 }), place('web', '2', { unreachable: 2 })]],
    ['nobody knows how the others are', [place('web', '1', { unknown: 2 }), place('web', '2', { unreachable: 2 })]],
    ['there is no other', [place('web', '2', { unreachable: 2 })]],
    ['it is in no zone, and its pool has others', [place('web', '', { unreachable: 2 }), place('web', '1', { reachable: 2 })]],
    ['nothing fails', [place('web', '1', { reachable: 2 }), place('web', '2', { reachable: 2 })]],
  ])('is nothing where %s', (_, places) => {
    expect(allOf(places)).toBeUndefined();
  });

  it('has a failing node, and no node of it is seen to be well', () => {
    const count = fc.nat(2);
    const places = fc.array(
      fc.record({
        pool: fc.constantFrom('a', 'b'),
        zone: fc.constantFrom('', '1', '2'),
        nodes: fc.record({ reachable: count, unreachable: count, unknown: count, notProbed: count }),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(places, (given) => {
        const all = given.map(({ pool, zone, nodes }) => place(pool, zone, nodes));
        const found = allOf(all);
        if (found === undefined) return;
        const [own, others] = [
          all.filter((each) => each[found.what] === found.value),
          all.filter((each) => each[found.what] !== found.value),
        ];
        const sum = (of: Place[], key: 'reachable' | 'unreachable' | 'unknown') => of.reduce((total, { nodes }) => total + nodes[key], 0);
        expect([sum(own, 'reachable'), sum(own, 'unknown'), sum(others, 'unreachable')]).toEqual([0, 0, 0]);
        expect([sum(own, 'unreachable') > 0, sum(others, 'reachable') > 0]).toEqual([true, true]);
      }),
    );
  });
});

describe('the map of nodes', () => {
  const places = [
    place('web', '1', { reachable: 1, unknown: 1 }),
    place('web', 'westeurope-2', { unreachable: 2 }),
    place('gpu', '', { notProbed: 1 }),
  ];
  const nodes = [
    nodeOf('shop', 'n1'),
    nodeOf('shop', 'n2', 'unknown'),
    nodeOf('shop', 'n3', 'unreachable', { zone: 'westeurope-2' }),
    nodeOf('shop', 'n4', 'unreachable', { zone: 'westeurope-2' }),
    nodeOf('shop', 'n5', 'notProbed', { zone: null, pool: 'gpu' }),
  ];
  const { text } = nodeMap(places, nodes, links);

  it('has a square with a link, a sign and words for each node', () => {
    expect([...text.matchAll(/<a class="sq (\w+)" href="([^"]+)"/g)].map(([, look, href]) => [look, href!.split('/').at(-1)])).toEqual([
      ['off', 'n5'],
      ['up', 'n1'],
      ['dim', 'n2'],
      ['bad', 'n3'],
      ['bad', 'n4'],
    ]);
    expect(text).toContain('title="n3: unreachable, DnsTimeout"');
    expect(text).toContain('<span class="hidden">n2: unknown, NoProof</span>');
  });

  it('tints the one zone in which nodes fail, and says how many of how many', () => {
    expect(wordsOf(text)).toContain('Zone 22 of 2 fail');
    expect(text.match(/<t[hd][^>]* class="hit/g)).toHaveLength(3);
    const some = nodeMap([place('web', '1', { unreachable: 2, notProbed: 1 }), place('web', '2', { reachable: 1 })], [], links).text;
    expect(wordsOf(some)).toContain('2 of 3 fail, 1 not probed');
    const both = nodeMap([place('web', '1', { unreachable: 1 }), place('web', '2', { unreachable: 1 })], [], links).text;
    expect(both).not.toContain('class="hit');
  });

  it('counts the nodes that it does not show', () => {
    const large = nodeMap(
      [place('web', '1', { reachable: 4000, unreachable: 3, unknown: 2 })],
      [nodeOf('shop', 'n1', 'unreachable')],
      links,
    );
    expect(wordsOf(large.text)).toContain('4000 ok, 4 more');
  });

  it('has heads for its rows and columns, and says so where no node is known', () => {
    expect(text.match(/<th scope="col"/g)).toHaveLength(4);
    expect(text.match(/<th scope="row"/g)).toHaveLength(2);
    expect(wordsOf(nodeMap([], [], links).text)).toContain('No node is known yet.');
  });

  it('is text, whatever pools and zones are called', () => {
    expect(
      nodeMap([place(HOSTILE, HOSTILE, { reachable: 1 })], [nodeOf('shop', 'n1', 'reachable', { pool: HOSTILE, zone: HOSTILE })], links)
        .text,
    ).not.toContain('<script');
  });
});
