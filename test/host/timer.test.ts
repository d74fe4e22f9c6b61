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

/** Once a day, and not during a test. */
const halfADayFromNow = (): string => `0 0 ${(new Date().getUTCHours() + 12) % 24} * * *`;

describe('the timer listener', { concurrent: true, timeout: 120_000 }, () => {
  it('fires on the schedule of a setting, without a status when that is more often than once a minute', async () => {
    const app = writeTick();
    await app.start({ TICK: '* * * * * *' });
    // A busy machine makes ticks late now and then; a timer off its schedule is always late.
    const isPunctual = ({ at }: Record<string, unknown>) => Number(at) % 1000 < 300;
    await until('three ticks on the second', () => ticks(app).filter(isPunctual).length >= 3, 60_000);
    const all = ticks(app);
    for (const { timer, metadata } of all) {
      expect(timer).toEqual({ schedule: { adjustForDST: true }, scheduleStatus: null, isPastDue: false });
      expect(metadata).toBeNull();
    }
    // A late tick may share its second with the next one, but from a punctual one on there are no more ticks than seconds.
    const seconds = all.slice(all.findIndex(isPunctual)).map(({ at }) => Math.floor(Number(at) / 1000));
    expect(seconds.length - 1).toBeLessThanOrEqual(Number(seconds.at(-1)) - Number(seconds[0]));
  });

  it('makes up for a missed occurrence once, past due, and records the run when it is over', async () => {
    const app = writeTick();
    const schedule = halfADayFromNow();
    await seedPastDue(azurite.connectionString, app.hostId, 'tick', schedule);
    const store = await openBlobStore({ connectionString: azurite.connectionString }, HOSTS_CONTAINER);
    const seeded = await readTimerStatus(store, statusPath(app.hostId, 'tick'));
    const before = Date.now();
    await app.start({ TICK: schedule });
    const recorded = await until(
      'a new status',
      async () => {
        const status = await readTimerStatus(store, statusPath(app.hostId, 'tick'));
        return status?.Last !== seeded?.Last && status;
      },
      60_000,
    );
    expect(ticks(app)).toMatchObject([{ timer: { isPastDue: true, scheduleStatus: { last: seeded?.Last, next: seeded?.Next } } }]);
    expect(Date.parse(recorded.Last)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(recorded.Last)).toBeLessThanOrEqual(Number(ticks(app)[0]?.at));
    expect(Date.parse(recorded.Next)).toBeGreaterThan(Date.now());
  });

  it('is past due again after a crash in the middle of a run, and not after a clean end', async () => {
    const app = writeTick();
    const schedule = halfADayFromNow();
    await seedPastDue(azurite.connectionString, app.hostId, 'tick', schedule);
    const first = await app.start({ TICK: schedule, TAKES: '60000' });
    await until('the first run', () => ticks(app).length === 1);
    await first.kill();
    // The lease of the one that died must run out first.
    const second = await app.start({ TICK: schedule });
    await until('the run after the crash', () => ticks(app).length === 2, 60_000);
    await second.stop();
    const third = await app.start({ TICK: schedule });
    expect((await fetch(`${third.url}/admin/functions/tick`, { method: 'POST' })).status).toBe(202);
    await until('the run by hand', () => ticks(app).length === 3);
    expect(ticks(app).map(({ timer }) => timer)).toMatchObject([{ isPastDue: true }, { isPastDue: true }, { isPastDue: false }]);
  });

  it('runs on one of two hosts for longer than a lease, and on the other as soon as the first has stopped', async () => {
    const app = writeTick();
    const first = await app.start({ TICK: '* * * * * *' });
    const second = await app.start({ TICK: '* * * * * *' });
    await until('more ticks than a lease has seconds', () => ticks(app).length >= 17, 60_000);
    expect(new Set(ticks(app).map(({ pid }) => pid))).toEqual(new Set([first.pid]));
    await first.stop();
    await until('a tick of the other', () => ticks(app).some(({ pid }) => pid === second.pid));
  });

  it('skips occurrences while a run is under way, and goes on after failures', async () => {
    const app = writeTick();
    await app.start({ TICK: '* * * * * *', TAKES: '1500', FAILS: 'yes' });
    await until('three ticks', () => ticks(app).length >= 3, 60_000);
    const names = app.recorded().map(({ name }) => name);
    expect(names.slice(0, 5)).toEqual(['tick', 'done', 'tick', 'done', 'tick']);
  });
});
