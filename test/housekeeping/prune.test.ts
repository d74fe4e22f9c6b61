import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { watchOn, windowsOf } from '../../src/history/watched.ts';
import { prune } from '../../src/housekeeping/prune.ts';
import { emptyWatch } from '../../src/model/watch.ts';
import { readCluster } from '../../src/tables/cluster-rows.ts';
import { clustersOfName, nameKey } from '../../src/tables/name-rows.ts';
import { newestFirst, type TableName } from '../../src/tables/open-tables.ts';
import { toWatchJson } from '../../src/tables/watch-json.ts';
import { servicesAt } from '../sweep/services-at.ts';
import { type Storage, startStorage } from '../tables/storage.ts';

const NOW = '2026-11-21T02:17:00.000Z';
const DAY_MS = 86_400_000;
const ago = (days: number, from = NOW) => new Date(Date.parse(from) - days * DAY_MS).toISOString();

let storage: Storage;
let cluster: string;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());
beforeEach(() => {
  cluster = `${randomUUID()}.group.cluster`;
});

type Properties = Record<string, unknown>;

const put = async (table: TableName, partitionKey: string, rowKey: string, more: Properties = {}) => {
  await (await storage.tables.open(table)).upsertEntity({ partitionKey, rowKey, ...more }, 'Replace');
};

/** All row keys of a partition. */
async function keys(table: TableName, partition: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { partitionKey, rowKey } of (await storage.tables.open(table)).listEntities())
    if (partitionKey === partition) found.push(rowKey!);
  return found;
}

const clustersOf = async (node: string) => clustersOfName(storage.tables, node);

const listCluster = async (more: Properties = {}, id = cluster) => {
  const row = { recordOnly: '', assessedAt: ago(0), assessAt: ago(0), ...more };
  await put('fleet', id, 'cluster', row);
  await put('clusters', 'fleet', id, row);
};

const putNode = async (node: string, retiredAt = '', id = cluster) => {
  await put('fleet', id, `node|${node}`, { vmId: 'a', retiredAt });
  await put('fleet', id, `log|${node}`, { successes: '[]', failures: '[]' });
  const { partitionKey, rowKey } = nameKey(node, id);
  await put('names', partitionKey, rowKey);
};

const outageKey = (subject: string, start: string) => `outage|${subject}|${newestFirst(start)}`;

const putOutage = async (subject: string, start: string, more: Properties = {}) => {
  const node = subject === '*' ? '' : subject;
  await put('fleet', cluster, outageKey(subject, start), { node, start, end: start, archived: true, ...more });
};

/** Puts outages of a subject a day apart and returns their keys, newest first. */
async function putOutages(subject: string, count: number, oldest: Properties = {}): Promise<string[]> {
  const starts = Array.from({ length: count }, (_, n) => ago(n + 1));
  for (const start of starts) await putOutage(subject, start, start === starts.at(-1) ? oldest : {});
  return starts.map((start) => outageKey(subject, start));
}

/** Prunes as a process of its own; `before` sees each request to a table and may fail it. */
async function pruneAt(time = NOW, table: TableName = 'fleet', before?: (method: string, url: string, body: string) => unknown) {
  const { services } = servicesAt(storage.connectionString, time);
  if (before !== undefined)
    (await services.tables.open(table)).pipeline.addPolicy({
      name: 'before',
      sendRequest: async (request, next) => {
        await before(request.method, decodeURIComponent(request.url), String(request.body ?? ''));
        return next(request);
      },
    });
  await prune(services);
}

/** All that the tables hold. */
async function everything(): Promise<string[]> {
  const rows: string[] = [];
  const names: TableName[] = ['fleet', 'clusters', 'names', ...(await storage.tables.dated('results'))];
  for (const name of names)
    for await (const { partitionKey, rowKey, timestamp } of (await storage.tables.open(name)).listEntities())
      rows.push(`${name} ${partitionKey} ${rowKey} ${timestamp}`);
  return rows;
}

describe('a node that is gone', () => {
  beforeEach(() => listCluster());

  it('leaves after 7 days with its log, its outages and its name, whatever became of these outages', async () => {
    await putNode('gone', ago(7.1));
    await putOutages('gone', 23);
    await putOutage('gone', ago(30), { end: '' });
    await putOutage('gone', ago(31), { archived: false });
    await pruneAt();
    expect(await keys('fleet', cluster)).toEqual(['cluster']);
    expect(await clustersOf('gone')).not.toContain(cluster);
  });

  it('stays for 7 days', async () => {
    await putNode('going', ago(6.9));
    await putOutage('going', ago(8));
    await pruneAt();
    expect(await keys('fleet', cluster)).toEqual(['cluster', 'log|going', 'node|going', outageKey('going', ago(8))]);
    expect(await clustersOf('going')).toContain(cluster);
  });

  it('takes along no node that stands, whose name begins like its own, or of another cluster', async () => {
    const other = `${randomUUID()}.group.other`;
    await listCluster({}, other);
    await putNode('pool-1', ago(7.1));
    await putNode('pool-10');
    await putOutage('pool-10', ago(30));
    await putOutage('*', ago(30));
    await putNode('pool-1', '', other);
    await pruneAt();
    const stays = ['cluster', 'log|pool-10', 'node|pool-10', outageKey('*', ago(30)), outageKey('pool-10', ago(30))];
    expect(await keys('fleet', cluster)).toEqual(stays);
    expect(await keys('fleet', other)).toEqual(['cluster', 'log|pool-1', 'node|pool-1']);
    expect(await clustersOf('pool-1')).toEqual([other]);
    expect(await clustersOf('pool-10')).toContain(cluster);
  });

  it('stays, and can be found by its name, if it comes back in the moment it would leave', async () => {
    await putNode('back', ago(7.1));
    let came = 0;
    await pruneAt(NOW, 'names', async (method) => {
      if (method !== 'DELETE' || came++ > 0) return;
      await put('fleet', cluster, 'node|back', { vmId: 'b', retiredAt: '' });
    });
    expect(came).toBe(1);
    expect(await keys('fleet', cluster)).toContain('node|back');
    expect(await clustersOf('back')).toEqual([cluster]);
  });

  it('keeps an outage that opens after it came back', async () => {
    await putNode('again', ago(7.1));
    let came = 0;
    await pruneAt(NOW, 'fleet', async (method, url, body) => {
      if (method !== 'POST' || !url.includes('$batch') || !body.includes('again') || came++ > 0) return;
      await put('fleet', cluster, 'node|again', { vmId: 'b', retiredAt: '' });
      await putOutage('again', ago(0), { end: '' });
    });
    expect(came).toBe(1);
    expect(await keys('fleet', cluster)).toEqual(['cluster', 'node|again', outageKey('again', ago(0))]);
  });

  it('leaves the next hour if a crash came before its row was deleted', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => void vi.restoreAllMocks());
    await putNode('half', ago(7.1));
    const crash = pruneAt(NOW, 'fleet', (method, url) => {
      if (method === 'DELETE' && url.includes('node|half')) throw new Error('the process ended');
    });
    await expect(crash).rejects.toThrow('1 of them failed');
    expect(await keys('fleet', cluster)).toEqual(['cluster', 'node|half']);
    await pruneAt();
    expect(await keys('fleet', cluster)).toEqual(['cluster']);
  });

  describe('and was watched', () => {
    const at = (seconds: number) => new Date(Date.parse(ago(7)) + seconds * 1000).toISOString();
    const up = { down: false, undecided: false };
    const watch = watchOn(watchOn(emptyWatch, at(0), true, up, 900_000), at(300), true, up, 900_000);
    const putWatched = async (node: string) => {
      await put('fleet', cluster, `node|${node}`, { vmId: 'a', retiredAt: ago(7.1), watch: JSON.stringify(toWatchJson(watch)) });
    };
    const forgotten = async () => {
      const own = await readCluster(storage.tables, cluster);
      return windowsOf(own!.row.forgotten, new Date(NOW))['30d'].watched;
    };

    it('leaves that to its cluster, each second once', async () => {
      const nodes = Array.from({ length: 130 }, (_, n) => `crowd-${n}`);
      await Promise.all(nodes.map(putWatched));
      await pruneAt();
      expect([await keys('fleet', cluster), await forgotten()]).toEqual([['cluster'], 130 * 300]);
      await pruneAt();
      expect(await forgotten()).toBe(130 * 300);
    });

    it('leaves that once, though a crash comes between that and its own end', async () => {
      vi.spyOn(console, 'error').mockImplementation(() => {});
      onTestFinished(() => void vi.restoreAllMocks());
      await putWatched('half');
      const crash = pruneAt(NOW, 'fleet', (method, url) => {
        if (method === 'DELETE' && url.includes('node|half')) throw new Error('the process ended');
      });
      await expect(crash).rejects.toThrow('1 of them failed');
      expect([await keys('fleet', cluster), await forgotten()]).toEqual([['cluster', 'node|half'], 300]);
      await pruneAt();
      expect([await keys('fleet', cluster), await forgotten()]).toEqual([['cluster'], 300]);
    });

    it('waits for the next hour where its cluster is assessed in that moment', async () => {
      await putWatched('late');
      let came = 0;
      await pruneAt(NOW, 'fleet', async (method, url, body) => {
        if (method !== 'POST' || !url.includes('$batch') || !body.includes('forgotten') || came++ > 0) return;
        await listCluster();
      });
      expect([await keys('fleet', cluster), await forgotten()]).toEqual([['cluster', 'node|late'], 0]);
      await pruneAt();
      expect([await keys('fleet', cluster), await forgotten()]).toEqual([['cluster'], 300]);
    });
  });

  it('leaves together with hundreds of others', async () => {
    const nodes = Array.from({ length: 130 }, (_, n) => `crowd-${n}`);
    await Promise.all(nodes.map((node) => putNode(node, ago(8))));
    await pruneAt();
    expect(await keys('fleet', cluster)).toEqual(['cluster']);
  });
});

describe('outages', () => {
  beforeEach(() => listCluster());
  const kept = async () => (await keys('fleet', cluster)).filter((key) => key.startsWith('outage|'));

  it('are kept where a subject has 20', async () => {
    const all = await putOutages('node-a', 20);
    await pruneAt();
    expect(await kept()).toEqual(all);
  });

  it('are cut to the newest 20, of each node and of the whole cluster', async () => {
    const whole = await putOutages('*', 23);
    const node = await putOutages('node-a', 21);
    const other = await putOutages('node-b', 3);
    await pruneAt();
    expect(await kept()).toEqual([...whole.slice(0, 20), ...node.slice(0, 20), ...other]);
  });

  it.each([
    ['open', { end: '' }],
    ['not archived', { archived: false }],
    ['of an unknown kind', { archived: '' }],
  ])('that are %s stay, however many are newer', async (_, oldest) => {
    const all = await putOutages('node-a', 23, oldest);
    await pruneAt();
    expect(await kept()).toEqual([...all.slice(0, 20), all[22]]);
  });
});

describe('the outbox', () => {
  it.each([
    [30.1, []],
    [29.9, ['outbox|event']],
  ])('%d days after it was written holds %j', async (days, rows) => {
    // Storage stamps rows by the real clock.
    const then = ago(-days, new Date().toISOString());
    await listCluster({ assessedAt: then });
    await put('fleet', cluster, 'outbox|event', { members: '[]' });
    await pruneAt(then);
    expect(await keys('fleet', cluster)).toEqual(['cluster', ...rows]);
  });
});

describe('a cluster that is gone', () => {
  const gone = (days: number) => listCluster({ recordOnly: 'ClusterGone', assessedAt: ago(days) });
  const listed = async () => (await keys('clusters', 'fleet')).includes(cluster);

  it('leaves 7 days after its last assessment with all its rows', async () => {
    await gone(7.1);
    await putOutage('*', ago(8), { archived: false });
    await put('fleet', cluster, 'log|orphan');
    await put('fleet', cluster, 'outbox|event');
    await pruneAt();
    expect([await keys('fleet', cluster), await listed()]).toEqual([[], false]);
  });

  it('leaves in one go with the last of its nodes', async () => {
    await gone(7.1);
    await putNode('last', ago(7.2));
    await pruneAt();
    expect([await keys('fleet', cluster), await listed()]).toEqual([[], false]);
    expect(await clustersOf('last')).not.toContain(cluster);
  });

  it('stays for 7 days', async () => {
    await gone(6.9);
    await pruneAt();
    expect([await keys('fleet', cluster), await listed()]).toEqual([['cluster'], true]);
  });

  it('stays while it has a node', async () => {
    await gone(8);
    await putNode('last', ago(6.9));
    await pruneAt();
    expect([await keys('fleet', cluster), await listed()]).toEqual([['cluster', 'log|last', 'node|last'], true]);
  });

  it.each(['', 'Excluded', 'ClusterStopped'])(
    'is one, too, that no sweep has listed for 7 days, recorded only for "%s"',
    async (recordOnly) => {
      await listCluster({ recordOnly, assessedAt: ago(6.9) });
      await pruneAt();
      expect([await keys('fleet', cluster), await listed()]).toEqual([['cluster'], true]);
      await listCluster({ recordOnly, assessedAt: ago(7.1) });
      await pruneAt();
      expect([await keys('fleet', cluster), await listed()]).toEqual([[], false]);
    },
  );

  it('stays if it was assessed again, though the list does not say so yet', async () => {
    await gone(8);
    await put('fleet', cluster, 'cluster', { recordOnly: '', assessedAt: ago(0) });
    await pruneAt();
    expect([await keys('fleet', cluster), await listed()]).toEqual([['cluster'], true]);
  });

  it('stays if it comes back in the moment it would leave', async () => {
    await gone(8);
    await putOutage('*', ago(9));
    let came = 0;
    await pruneAt(NOW, 'fleet', async (method, url) => {
      if (method !== 'DELETE' || !url.includes(cluster) || came++ > 0) return;
      await listCluster();
    });
    expect(came).toBe(1);
    expect([await keys('fleet', cluster), await listed()]).toEqual([['cluster', outageKey('*', ago(9))], true]);
  });

  it('leaves the next hour if a crash came in between', async () => {
    await gone(8);
    await putOutage('*', ago(9));
    await (await storage.tables.open('fleet')).deleteEntity(cluster, 'cluster');
    await pruneAt();
    expect([await keys('fleet', cluster), await listed()]).toEqual([[], false]);
  });
});

describe('a cluster that fails', () => {
  it('is told of and keeps no other from being pruned', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => void vi.restoreAllMocks());
    const others = [`${randomUUID()}.group.first`, `${randomUUID()}.group.last`];
    for (const id of [cluster, ...others]) {
      await listCluster({}, id);
      await putNode('gone', ago(8), id);
    }
    const pruned = pruneAt(NOW, 'fleet', (_, url) => {
      if (url.includes(cluster)) throw new Error('storage is out of order');
    });
    await expect(pruned).rejects.toThrow(/expected to prune \d+ clusters, 1 of them failed/);
    expect(said.mock.calls).toEqual([
      [
        expect.stringMatching(
          new RegExp(`^error: ${cluster} could not be pruned and will be in an hour: Error: storage is out of order \\| at .*prune\\.test`),
        ),
      ],
    ]);
    for (const id of others) expect(await keys('fleet', id)).toEqual(['cluster']);
    expect(await keys('fleet', cluster)).toEqual(['cluster', 'log|gone', 'node|gone']);
    await pruneAt();
    expect(await keys('fleet', cluster)).toEqual(['cluster']);
  });
});

describe('results', () => {
  it('are dropped by the day once they are older than RETENTION_DAYS, and tomorrow has its table', async () => {
    for (const day of [20201021, 20201022, 20201023, 20201121] as const) await put(`results${day}`, cluster, 'node-a|1|n');
    await pruneAt('2020-11-21T02:17:00.000Z');
    const left = (await storage.tables.dated('results')).filter((name) => name < 'results2021').sort();
    expect(left).toEqual(['results20201022', 'results20201023', 'results20201121', 'results20201122']);
    expect(await keys('results20201022', cluster)).toEqual(['node-a|1|n']);
  });
});

describe('what earlier sweeps left', () => {
  // NOW is 02:17 of the 21st. Keys as they are: of sweeps, of their probes and those of checks, of days.
  it.each([
    [
      'probes',
      1,
      ['2026-11-19T23:55:00Z|c|0', '2026-11-19-0123456789abcdef|c|check'],
      ['2026-11-20T00:00:00Z|c|0', '2026-11-20-0123456789abcdef|c|check'],
    ],
    ['sweeps', 2, ['2026-11-19T02:15:00Z', '2026-11-19T02:15:00Z|c'], ['2026-11-19T02:20:00Z', '2026-11-19T02:20:00Z|c']],
    ['poison', 7, ['2026-11-13'], ['2026-11-14']],
    ['checks', 7, ['2026-11-13'], ['2026-11-14', 'running']],
  ] as const)('in %s is kept for %d days, and then deleted', async (table, _, old, kept) => {
    for (const partition of [...old, ...kept]) await put(table, partition, cluster);
    await pruneAt();
    for (const partition of old) expect(await keys(table, partition)).toEqual([]);
    for (const partition of kept) expect(await keys(table, partition)).toContain(cluster);
  });

  it('is deleted from the oldest on for 3 minutes, and the rest an hour later; the clusters have their turn all the same', async () => {
    await listCluster();
    await putNode('gone', ago(8));
    const days = [5, 4, 3].map((day) => ago(day));
    for (const day of days) await put('sweeps', day, cluster);
    const { services } = servicesAt(storage.connectionString, NOW);
    let asked = 0;
    // One minute and a half for each look at the clock, the first of which is the beginning.
    await prune({ ...services, now: () => new Date(Date.parse(NOW) + asked++ * 90_000) });
    expect(await Promise.all(days.map((day) => keys('sweeps', day)))).toEqual([[], [cluster], [cluster]]);
    expect(await keys('fleet', cluster)).toEqual(['cluster']);
    await pruneAt();
    expect(await Promise.all(days.map((day) => keys('sweeps', day)))).toEqual([[], [], []]);
  });
});

describe('pruning twice', () => {
  it('does nothing more', async () => {
    await listCluster();
    await putNode('gone', ago(8));
    await putNode('going', ago(6));
    await putOutages('*', 23);
    await pruneAt();
    const once = await everything();
    await pruneAt();
    expect(await everything()).toEqual(once);
  });
});
