import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { lookForSweeps } from '../../src/http/look-for-sweeps.ts';
import { startByHand } from '../../src/sweep/plan/start-by-hand.ts';
import { requestSweep } from '../../src/sweep/plan/start-sweep.ts';
import { readRow } from '../../src/tables/rows.ts';
import { type Fate, openStartersWorld, type StartersWorld } from './starters-world.ts';

const EVERY_FIVE = '0 */5 * * * *';
const accounts = Array.from({ length: 60 }, (_, n) => `starters${n}`);
let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite({ accounts });
});
afterAll(() => azurite.stop());

const open = (schedule = EVERY_FIVE, start = '2026-11-21T09:34:50.000Z'): StartersWorld =>
  openStartersWorld(azurite.connectionStringFor(accounts.pop()!), schedule, start);
const at = (minute: string) => `2026-11-21T${minute}Z`;
const frozen = () => undefined;

/** Each sweep by its minute, with its starter. */
const started = async (world: StartersWorld) =>
  (await world.sweeps()).map(({ sweep, starter }) => `${sweep.slice(11, sweep.endsWith('00Z') ? 16 : 19)} ${starter}`);
const dueBy = (world: StartersWorld) =>
  Map.groupBy(
    world.messages.filter(({ body }) => body.kind === 'start-sweep'),
    ({ body }) => body.sweep,
  );

describe('a timer that works', () => {
  it('starts each sweep, lists its subscriptions once, and nobody stands in for it', async () => {
    const world = open();
    await world.runUntil(at('09:59:59'));
    expect(await started(world)).toEqual(['09:35', '09:40', '09:45', '09:50', '09:55'].map((minute) => `${minute} timer`));
    expect(world.listed).toEqual((await world.sweeps()).map(({ sweep }) => sweep));
    expect([world.events, world.poisoned]).toEqual([[], []]);
    expect((await world.sweeps()).every(({ completedAt }) => completedAt !== undefined)).toBe(true);
  });

  it('is not blamed where its message waits so long for a cold start that the one of the stand-in is delivered first', async () => {
    const world = open();
    await world.runUntil(at('09:39:59'));
    world.standStillUntil(at('09:40:00.010'));
    await requestSweep(world.services, false);
    world.standStillUntil(at('09:40:55'));
    world.messages.find(({ body }) => body.starter === 'timer')!.visibleAt = Date.parse(at('09:41:05'));
    await world.runUntil(at('09:44:59'));
    expect(await started(world)).toEqual(['09:35 timer', '09:40 timer']);
    expect([world.events, world.listed.length]).toEqual([[], 2]);
  });

  it('finds its sweep begun where it fires very late, and leaves it at that', async () => {
    const world = open();
    await world.runUntil(at('09:39:59'));
    world.timer = () => 45;
    await world.runUntil(at('09:44:59'));
    expect(await started(world)).toEqual(['09:35 timer', '09:40 close-sweep']);
    expect([world.events.length, world.listed.length, world.poisoned]).toEqual([1, 2, []]);
  });
});

describe('a timer that is frozen', () => {
  const freezeAfterFirst = async (world = open()) => {
    await world.runUntil(at('09:39:59'));
    world.timer = frozen;
    return world;
  };

  it('costs no sweep, 30 s of each, and one event for each that names its first missed sweep and what to do', async () => {
    const world = await freezeAfterFirst();
    await world.runUntil(at('09:54:59'));
    expect(await started(world)).toEqual(['09:35 timer', '09:40 close-sweep', '09:45 close-sweep', '09:50 close-sweep']);
    const [, ...stoodIn] = await world.sweeps();
    expect(stoodIn.map(({ startedAt }) => startedAt.slice(14, 19))).toEqual(['40:30', '45:30', '50:30']);
    expect(stoodIn.every(({ completedAt, timerMissedSince }) => completedAt && timerMissedSince === at('09:40:00'))).toBe(true);
    expect(world.events.map(({ name, properties }) => `${name} ${properties.eventId}`)).toEqual(
      stoodIn.map(({ sweep }) => `ProberError timer/${sweep}`),
    );
    expect(new Set(world.events.map(({ properties }) => properties.message)).size).toBe(1);
    expect(world.events[0]!.properties.message).toMatch(
      /the timer start-sweep has started no sweep since that of 2026-11-21T09:40:00Z; .*Restart the function app; .*break the lease of the blob locks/,
    );
  });

  it('is heard of no more once it fires again', async () => {
    const world = await freezeAfterFirst();
    await world.runUntil(at('09:44:59'));
    world.timer = () => 0;
    await world.runUntil(at('09:54:59'));
    expect(await started(world)).toEqual(['09:35 timer', '09:40 close-sweep', '09:45 timer', '09:50 timer']);
    expect(world.events).toHaveLength(1);
  });

  it('costs no sweep where every message comes twice, and makes no second chain of sweeps', async () => {
    const world = await freezeAfterFirst();
    world.fate = () => 'twice';
    await world.runUntil(at('10:04:59'));
    expect((await started(world)).slice(1)).toEqual(['09:40', '09:45', '09:50', '09:55', '10:00'].map((minute) => `${minute} close-sweep`));
    expect(world.events).toHaveLength(5);
    expect([...dueBy(world)].map(([sweep, messages]) => [sweep, messages.length])).toEqual([[at('10:05:00'), 1]]);
  });

  it('costs a minute where the message that stands in is lost with its process', async () => {
    const world = await freezeAfterFirst();
    let lost = 0;
    world.fate = ({ kind }) => (kind === 'start-sweep' && lost++ === 0 ? 'lost' : 'delivered');
    await world.runUntil(at('09:49:59'));
    expect(await started(world)).toEqual(['09:35 timer', '09:40 close-sweep', '09:45 close-sweep']);
    expect((await world.sweeps())[1]!.startedAt).toBe('2026-11-21T09:41:30.000Z');
  });

  it('costs no sweep while another is never complete: it is closed in its last run, the next one is started all the same', async () => {
    const world = await freezeAfterFirst();
    world.list = async () => {};
    await world.runUntil(at('09:59:59'));
    expect(await started(world)).toEqual(['09:35 timer', ...['09:40', '09:45', '09:50', '09:55'].map((minute) => `${minute} close-sweep`)]);
    const [, second, third] = await world.sweeps();
    expect([second!.completedAt!.slice(11, 16), third!.startedAt.slice(11, 19)]).toEqual(['09:48', '09:45:30']);
  });

  it('costs no sweep where the end of one fails each time', async () => {
    const world = await freezeAfterFirst();
    await world.runUntil(at('09:40:29'));
    let fails = false;
    (await world.services.tables.open('clusters')).pipeline.addPolicy({
      name: 'fail',
      sendRequest: (request, next) => (fails ? Promise.reject(new Error('died')) : next(request)),
    });
    world.fate = ({ kind, sweep }) => {
      fails = kind === 'close-sweep' && sweep === at('09:40:00');
      return 'delivered';
    };
    await world.runUntil(at('09:49:59'));
    expect(await started(world)).toEqual(['09:35 timer', '09:40 close-sweep', '09:45 close-sweep']);
    expect(world.poisoned.length).toBeGreaterThan(10);
    expect((await world.sweeps())[1]!.completedAt).toBeUndefined();
  });

  it('after a deployment that changed the schedule starts no sweep of the old one, and the sweeps of the new one go on', async () => {
    const world = await freezeAfterFirst();
    await world.runUntil(at('09:41:30'));
    world.changeSchedule('0 3-53/10 * * * *');
    await world.runUntil(at('10:09:59'));
    expect(await started(world)).toEqual([
      '09:35 timer',
      '09:40 close-sweep',
      '09:43 close-sweep',
      '09:53 close-sweep',
      '10:03 close-sweep',
    ]);
    expect(world.poisoned).toEqual([]);
    expect([...dueBy(world).keys()]).toEqual([at('10:13:00')]);
  });

  it('costs what the app itself stood still, and nothing behind it', async () => {
    const world = await freezeAfterFirst();
    await world.runUntil(at('09:44:59'));
    world.standStillUntil(at('10:21:00'));
    await world.runUntil(at('10:29:59'));
    expect((await started(world)).slice(1)).toEqual(['09:40 close-sweep', '10:20 close-sweep', '10:25 close-sweep']);
    expect(world.poisoned).toEqual([]);
  });

  it('costs nothing under a schedule so rare that no queue holds a message back for so long', async () => {
    const monday = '2026-11-23T06:00:00Z';
    const world = open('0 0 6 * * MON', '2026-11-23T05:59:50.000Z');
    await world.runUntil('2026-11-23T07:00:00Z');
    world.timer = frozen;
    await world.runUntil('2026-12-07T07:00:00Z');
    expect((await world.sweeps()).map(({ sweep, starter }) => `${sweep} ${starter}`)).toEqual([
      `${monday} timer`,
      '2026-11-30T06:00:00Z close-sweep',
      '2026-12-07T06:00:00Z close-sweep',
    ]);
  });
});

describe('a stand-in on an instance whose clock is wrong', () => {
  it('waits until the sweep is due by the clock of whoever begins it', async () => {
    const world = open();
    await world.runUntil(at('09:39:00'));
    world.timer = frozen;
    // It was sent by an instance that is two minutes ahead.
    for (const message of world.messages) message.visibleAt -= 120_000;
    await world.runUntil(at('09:44:59'));
    expect(await started(world)).toEqual(['09:35 timer', '09:40 close-sweep']);
    expect((await world.sweeps())[1]!.startedAt).toBe('2026-11-21T09:40:30.000Z');
  });
});

describe('an HTTP request', () => {
  const requestNow = (world: StartersWorld, look = lookForSweeps()) => look(world.services, async () => 'answered');

  it('has the present sweep started where nothing has been for hours, after which sweeps start each other', async () => {
    const world = open();
    await world.runUntil(at('09:39:59'));
    world.timer = frozen;
    world.messages.length = 0;
    world.standStillUntil(at('12:01:00'));
    expect(await requestNow(world)).toBe('answered');
    await world.runUntil(at('12:09:59'));
    expect((await started(world)).slice(1)).toEqual(['12:00 request', '12:05 close-sweep']);
    expect((await world.sweeps())[1]!.startedAt).toBe('2026-11-21T12:01:30.000Z');
    expect(world.events.map(({ properties }) => properties.message!.split(';')[0])).toEqual(
      Array(2).fill('the timer start-sweep has started no sweep since that of 2026-11-21T09:40:00Z'),
    );
    expect(world.events[0]!.properties.message).toContain('until an HTTP request came');
  });

  it('leaves an app that awakes from zero to its timer, which is past due', async () => {
    const world = open();
    await world.runUntil(at('09:39:59'));
    world.messages.length = 0;
    world.standStillUntil(at('12:01:00'));
    await requestNow(world);
    await requestSweep(world.services, true);
    await world.runUntil(at('12:04:59'));
    expect((await started(world)).slice(1)).toEqual(['12:00 timer']);
    expect([world.events, world.listed.length]).toEqual([[], 2]);
  });

  it('asks once, however many there are, in however many processes', async () => {
    const world = open();
    await world.runUntil(at('09:39:59'));
    world.timer = frozen;
    world.messages.length = 0;
    world.standStillUntil(at('10:01:00'));
    const look = lookForSweeps();
    await Promise.all(Array.from({ length: 50 }, () => requestNow(world, look)));
    expect(dueBy(world).get(at('10:00:00'))).toHaveLength(1);
    await requestNow(world);
    expect(dueBy(world).get(at('10:00:00'))).toHaveLength(1);
  });

  it('waits two intervals for the first sweep of all', async () => {
    const world = open();
    world.timer = frozen;
    await requestNow(world);
    await world.runUntil(at('09:39:30'));
    await requestNow(world);
    await world.runUntil(at('09:40:30'));
    await requestNow(world);
    await world.runUntil(at('09:44:59'));
    expect(await started(world)).toEqual(['09:40 request']);
  });

  it('is answered where the look fails', async () => {
    const world = open();
    const broken = { ...world.services, tables: { ...world.services.tables, open: () => Promise.reject(new Error('no storage')) } };
    expect(await lookForSweeps()(broken, async () => 'answered')).toBe('answered');
  });
});

describe('a sweep by hand', () => {
  it('is one more between two of the timer, and has its row of who asked', async () => {
    const world = open();
    await world.runUntil(at('09:36:40'));
    const line = await startByHand(world.services, 'ann at 10.0.0.1');
    await world.runUntil(at('09:44:59'));
    expect(await started(world)).toEqual(['09:35 timer', '09:36:40 person', '09:40 timer']);
    expect(line).toMatchObject({ sweep: at('09:36:40'), starter: 'person', requestedBy: 'ann at 10.0.0.1' });
    expect((await world.sweeps()).every(({ completedAt }) => completedAt !== undefined)).toBe(true);
    const row = await readRow(await world.services.tables.open('sweeps'), at('09:36:40'), 'requested|person');
    expect(row).toMatchObject({ by: 'ann at 10.0.0.1', at: '2026-11-21T09:36:40.000Z' });
    expect([world.events, world.poisoned, dueBy(world).get(at('09:45:00'))?.length]).toEqual([[], [], 1]);
  });

  it('shortly before the next is that one, which the timer then leaves as it is', async () => {
    const world = open();
    await world.runUntil(at('09:39:20'));
    expect((await startByHand(world.services, 'ann')).sweep).toBe(at('09:40:00'));
    await world.runUntil(at('09:49:59'));
    expect(await started(world)).toEqual(['09:35 timer', '09:40 person', '09:45 timer']);
    expect([world.listed.length, world.events, world.poisoned]).toEqual([3, [], []]);
  });

  it('sets sweeps going again that nobody starts any more', async () => {
    const world = open();
    await world.runUntil(at('09:36:40'));
    world.timer = frozen;
    world.messages.length = 0;
    world.standStillUntil(at('10:21:40'));
    await startByHand(world.services, 'ann');
    await world.runUntil(at('10:34:59'));
    expect(await started(world)).toEqual(['09:35 timer', '10:21:40 person', '10:25 close-sweep', '10:30 close-sweep']);
  });

  it('is refused within a minute of the last, with the seconds to wait', async () => {
    const world = open();
    await world.runUntil(at('09:36:40'));
    await startByHand(world.services, 'ann');
    world.clock.move(20_500);
    await expect(startByHand(world.services, 'bob')).rejects.toMatchObject({
      type: 'too-many-sweeps',
      retryAfterSeconds: 40,
      message: expect.stringContaining('the last was started at 2026-11-21T09:36:40.000Z'),
    });
    world.clock.move(39_500);
    expect((await startByHand(world.services, 'bob')).sweep).toBe(at('09:37:40'));
  });
});

describe('whatever fires, however late, and with messages that come twice', () => {
  const lateness = fc.array(fc.constantFrom(undefined, 0, 20, 45, 90), { minLength: 8, maxLength: 8 });
  const every = (late: readonly (number | undefined)[]) => (occurrence: Date) =>
    late[Math.round((occurrence.getTime() - Date.parse(at('09:35:00'))) / 300_000)];
  const fatesOf = (fates: readonly Fate[]) => {
    let nth = 0;
    return ({ kind }: { kind: string }) => (kind === 'list-clusters' ? 'delivered' : fates[nth++ % fates.length]!);
  };
  const toldOf = (world: StartersWorld) => world.events.map(({ properties }) => properties.eventId);

  it('each sweep is begun, and told of once where the timer did not begin it, from the first on', async () => {
    const fates = fc.array(fc.constantFrom<Fate>('delivered', 'twice'), { minLength: 1, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(lateness, fates, async (late, order) => {
        const world = open();
        world.timer = every([0, ...late.slice(1)]);
        world.fate = fatesOf(order);
        await world.runUntil(at('10:14:59'));
        const begun = await world.sweeps();
        expect(begun.map(({ sweep }) => sweep)).toEqual(
          Array.from({ length: 8 }, (_, n) => new Date(Date.parse(at('09:35:00')) + n * 300_000).toISOString().replace('.000Z', 'Z')),
        );
        expect(toldOf(world)).toEqual(begun.filter(({ starter }) => starter !== 'timer').map(({ sweep }) => `timer/${sweep}`));
        expect(world.poisoned).toEqual([]);
      }),
      { numRuns: 8 },
    );
  }, 120_000);

  it('none is told of twice, nor without being begun by a stand-in, where others are lost', async () => {
    const fates = fc.array(fc.constantFrom<Fate>('delivered', 'delivered', 'twice', 'lost'), { minLength: 5, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(lateness, fates, async (late, order) => {
        const world = open();
        const look = lookForSweeps();
        world.timer = every(late);
        world.fate = fatesOf(order);
        for (let n = 1; n <= 8; n++) {
          await world.runUntil(new Date(Date.parse(at('09:34:00')) + n * 300_000).toISOString());
          await look(world.services, async () => undefined);
        }
        const stoodIn = (await world.sweeps()).filter(({ starter }) => starter !== 'timer');
        expect(toldOf(world).sort()).toEqual(stoodIn.map(({ sweep }) => `timer/${sweep}`));
        expect(world.poisoned).toEqual([]);
      }),
      { numRuns: 8 },
    );
  }, 120_000);
});
