import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { openBlobStore } from '../../local/host/blob-store.ts';
import { type Host, startHost } from '../../local/host/start-host.ts';
import { HOSTS_CONTAINER, readTimerStatus, seedPastDue, statusPath } from '../../local/host/timer-status.ts';
import { type FixtureApp, writeApp } from './fixture-app.ts';
import { until } from './until.ts';

const TICK = `
  import { app } from '@azure/functions';
  import { record, sleep } from '#record';
  app.timer('tick', { schedule: '%TICK%', handler: async (timer, context) => {
    record({ name: context.functionName, timer, metadata: context.triggerMetadata ?? null });
    await sleep(Number(process.env.TAKES ?? 0));
    record({ name: 'done' });
    if (process.env.FAILS) throw new Error('the tick failed');
  } });
`;

let azurite: Azurite;
const apps: FixtureApp[] = [];
const hosts: Host[] = [];
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(async () => {
  await Promise.all(hosts.map((host) => host.stop()));
  await azurite?.stop();
  for (const app of apps) app.dispose();
});

let lastId = 0;

/** An app with its own host id, so that timers of different tests do not know each other. */
function writeTick(): FixtureApp & { hostId: string; start(env: Record<string, string>): Promise<Host> } {
  const app = writeApp({ 'functions/tick.js': TICK });
  apps.push(app);
  lastId += 1;
  const hostId = `host-${lastId}`;
  const start = async (env: Record<string, string>): Promise<Host> => {
    const fixed = { ...app.env, AzureWebJobsStorage: azurite.connectionString, AzureFunctionsWebHost__hostid: hostId };
    const host = await startHost({ appDir: app.dir, env: { ...fixed, ...env } });
    hosts.push(host);
    return host;
  };
  return { ...app, hostId, start };
}

const ticks = (app: FixtureApp): Record<string, unknown>[] => app.recorded().filter((entry) => entry.name === 'tick');

describe('the timer listener', { concurrent: true }, () => {
  it('fires on the schedule of a setting, without a status when that is more often than once a minute', async () => {
    const app = writeTick();
    await app.start({ TICK: '* * * * * *' });
    await until('three ticks', () => ticks(app).length >= 3);
    for (const { at, timer, metadata } of ticks(app)) {
      expect(Number(at) % 1000).toBeLessThan(600);
      expect(timer).toEqual({ schedule: { adjustForDST: true }, scheduleStatus: null, isPastDue: false });
      expect(metadata).toBeNull();
    }
    const seconds = ticks(app).map(({ at }) => Math.floor(Number(at) / 1000));
    expect(new Set(seconds).size).toBe(seconds.length);
  });

  it('makes up for a missed occurrence once, past due, and records the run when it is over', async () => {
    const app = writeTick();
    const schedule = '0 0 3 * * *';
    await seedPastDue(azurite.connectionString, app.hostId, 'tick', schedule);
    const store = await openBlobStore(azurite.connectionString, HOSTS_CONTAINER);
    const seeded = await readTimerStatus(store, statusPath(app.hostId, 'tick'));
    await app.start({ TICK: schedule });
    const recorded = await until('a new status', async () => {
      const status = await readTimerStatus(store, statusPath(app.hostId, 'tick'));
      return status?.Last !== seeded?.Last && status;
    });
    expect(ticks(app)).toMatchObject([{ timer: { isPastDue: true, scheduleStatus: { last: seeded?.Last, next: seeded?.Next } } }]);
    expect(Math.abs(Date.parse(recorded.Last) - Number(ticks(app)[0]?.at))).toBeLessThan(1000);
    expect(Date.parse(recorded.Next)).toBeGreaterThan(Date.now());
  });

  it('is past due again after a crash in the middle of a run, and not after a clean end', async () => {
    const app = writeTick();
    const schedule = '0 0 3 * * *';
    await seedPastDue(azurite.connectionString, app.hostId, 'tick', schedule);
    const first = await app.start({ TICK: schedule, TAKES: '60000' });
    await until('the first run', () => ticks(app).length === 1);
    await first.kill();
    // The lease of the one that died must run out first.
    const second = await app.start({ TICK: schedule });
    await until('the run after the crash', () => ticks(app).length === 2, 25_000);
    await second.stop();
    const third = await app.start({ TICK: schedule });
    expect((await fetch(`${third.url}/admin/functions/tick`, { method: 'POST' })).status).toBe(202);
    await until('the run by hand', () => ticks(app).length === 3);
    expect(ticks(app).map(({ timer }) => timer)).toMatchObject([{ isPastDue: true }, { isPastDue: true }, { isPastDue: false }]);
  }, 45_000);

  it('runs on one of two hosts for longer than a lease, and on the other as soon as the first has stopped', async () => {
    const app = writeTick();
    const first = await app.start({ TICK: '* * * * * *' });
    const second = await app.start({ TICK: '* * * * * *' });
    await until('more ticks than a lease has seconds', () => ticks(app).length >= 17, 25_000);
    expect(new Set(ticks(app).map(({ pid }) => pid))).toEqual(new Set([first.pid]));
    await first.stop();
    await until('a tick of the other', () => ticks(app).some(({ pid }) => pid === second.pid));
  }, 45_000);

  it('skips occurrences while a run is under way, and goes on after failures', async () => {
    const app = writeTick();
    await app.start({ TICK: '* * * * * *', TAKES: '1500', FAILS: 'yes' });
    await until('three ticks', () => ticks(app).length >= 3);
    const names = app.recorded().map(({ name }) => name);
    expect(names.slice(0, 5)).toEqual(['tick', 'done', 'tick', 'done', 'tick']);
  });
});
