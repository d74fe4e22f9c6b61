import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyLog } from '../../src/history/log.ts';
import {
  isOfMaintenance,
  markCovered,
  markDelivered,
  markMaintained,
  marksOf,
  markTried,
  type NotificationContext,
  nextNotification,
  nextNotifications,
} from '../../src/history/next-notification.ts';
import { type DeliveryMarks, nothingDelivered, type Outage, writeEpisode } from '../../src/history/outage.ts';
import { stretchesIn } from '../../src/model/maintenance.ts';

const SINK = 'mail';
const FLAP = 900;
const LATE = 700;
const at = (seconds: number) => new Date(Date.UTC(2026, 10, 21, 9, 35) + seconds * 1000);
const iso = (seconds: number) => at(seconds).toISOString();
const sweepAt = (seconds: number) => iso(seconds).replace('.000Z', 'Z');

const subject = { cluster: '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.shop', node: 'aks-web-vmss000000' };

/** An outage of a node with these episodes, each learned of 20 s after it began. */
function outageOf(
  episodes: [number, number?][],
  marks: Partial<DeliveryMarks & { covered: number }> = {},
  of: { cluster: string; node?: string } = subject,
): Outage {
  let outage: Outage | undefined;
  for (const [n, [from, end]] of episodes.entries()) {
    const episode = { outage: iso(episodes[0]![0]), episode: n + 1, from: iso(from), end: end === undefined ? undefined : iso(end) };
    outage = writeEpisode(outage, of, { ...episode, reason: 'ConnectionTimedOut' }, emptyLog, iso(from + 20));
  }
  const { covered = 0, started = 0, ended = 0 } = marks;
  return { ...outage!, covered, delivered: { [SINK]: { started, ended } } };
}

const next = (outage: Outage, context: NotificationContext) => nextNotification(outage, marksOf(outage, SINK), context);

const when = (now: number, more: Partial<NotificationContext> = {}): NotificationContext => ({
  finalizedSweep: '',
  flapWindowMs: FLAP * 1000,
  lateMs: LATE * 1000,
  now: at(now),
  ...more,
});
const nothing = { what: [], covers: false, finished: false };

describe('nextNotification', () => {
  describe('of a start', () => {
    it('holds it back for 10 s after the outage opened', () => {
      expect(next(outageOf([[0]]), when(29.999))).toEqual({ ...nothing, heldUntil: at(30) });
      expect(next(outageOf([[0]]), when(30))).toEqual({ ...nothing, what: ['started'] });
    });

    it('tells it at once when a sweep that began after the first failure is finalized', () => {
      expect(next(outageOf([[0]]), when(21, { finalizedSweep: sweepAt(1) }))).toEqual({ ...nothing, what: ['started'] });
    });

    it.each([
      ['the one that found the failure', sweepAt(0)],
      ['an earlier one', sweepAt(-300)],
    ])('does not count the finalizing of %s', (_, finalizedSweep) => {
      expect(next(outageOf([[0]]), when(21, { finalizedSweep }))).toEqual({ ...nothing, heldUntil: at(30) });
    });

    it('tells that of a cluster 5 s after it opened: it may be one of many', () => {
      const ofCluster = outageOf([[0]], {}, { cluster: subject.cluster });
      const own = { clusterOutage: { start: iso(0) }, finalizedSweep: sweepAt(1) };
      expect(next(ofCluster, when(24.999, own))).toEqual({ ...nothing, heldUntil: at(25) });
      expect(next(ofCluster, when(25, own)).what).toEqual(['started']);
    });

    it('tells nothing more of an outage that is open and told', () => {
      expect(next(outageOf([[0]], { started: 1 }), when(9000))).toEqual(nothing);
    });
  });

  describe('of a cluster that an incident covers', () => {
    const incident = { since: iso(0) };
    const ofCluster = (episodes: [number, number?][], marks = {}) => outageOf(episodes, marks, { cluster: subject.cluster });

    it('holds back its start, marks it, and tells it once the incident is over', () => {
      expect(next(ofCluster([[0]]), when(9000, { incident }))).toEqual({ ...nothing, covers: true });
      expect(next(ofCluster([[0]], { covered: 1 }), when(9000, { incident }))).toEqual(nothing);
      expect(next(ofCluster([[0]], { covered: 1 }), when(9001)).what).toEqual(['started']);
    });

    it('tells nothing of what ended meanwhile, and the end of what was told before', () => {
      expect(next(ofCluster([[0, 300]]), when(301, { incident }))).toEqual({ ...nothing, covers: true });
      expect(next(ofCluster([[0, 300]], { covered: 1 }), when(400)).what).toEqual([]);
      expect(next(ofCluster([[0, 300]], { started: 1 }), when(301, { incident })).what).toEqual(['ended']);
    });

    it('goes on with a start that a sink may have accepted, so that it learns of the end', () => {
      const tried = markTried(ofCluster([[0]], { covered: 1 }), SINK, 'started', 1);
      expect(next(tried, when(60, { incident }))).toEqual({ ...nothing, what: ['started'] });
      expect(next({ ...tried, end: iso(300) }, when(301, { incident })).what).toEqual(['started', 'ended']);
      expect(next(markDelivered({ ...tried, end: iso(300) }, SINK, 'started', 1), when(301, { incident })).what).toEqual(['ended']);
    });

    it('covers its nodes too, but not what was over before', () => {
      expect(next(outageOf([[0]]), when(9000, { incident })).covers).toBe(true);
      expect(next(outageOf([[-600, -300]]), when(-299, { incident })).what).toEqual(['started', 'ended']);
    });
  });

  describe('of an end', () => {
    it('tells start and end of an outage that ended while it was held back', () => {
      expect(next(outageOf([[0, 30]]), when(31)).what).toEqual(['started', 'ended']);
    });

    it('tells the first at once', () => {
      expect(next(outageOf([[0, 300]], { started: 1 }), when(301))).toEqual({ ...nothing, what: ['ended'] });
    });

    it('is finished only when the outage cannot open again, even by a result that comes late', () => {
      const outage = outageOf([[0, 300]], { started: 1, ended: 1 });
      expect(next(outage, when(300 + FLAP + LATE - 0.001))).toEqual(nothing);
      expect(next(outage, when(300 + FLAP + LATE))).toEqual({ ...nothing, finished: true });
    });

    it('is not finished before it was told, however old', () => {
      expect(next(outageOf([[0, 300]], { started: 1 }), when(99_999))).toEqual({ ...nothing, what: ['ended'] });
    });
  });

  describe('of episodes', () => {
    it('tells the start of the second', () => {
      const outage = outageOf([[0, 300], [600]], { started: 1, ended: 1 });
      expect(next(outage, when(629))).toEqual({ ...nothing, heldUntil: at(630) });
      expect(next(outage, when(630)).what).toEqual(['started']);
    });

    const both: [number, number][] = [
      [0, 300],
      [600, 900],
    ];
    it('tells the end of the second only after a quiet flap window', () => {
      const outage = outageOf(both, { started: 2, ended: 1 });
      expect(next(outage, when(900 + FLAP - 0.001))).toEqual({ ...nothing, heldUntil: at(900 + FLAP) });
      expect(next(outage, when(900 + FLAP)).what).toEqual(['ended']);
    });

    it('tells the start of the second though it ended while it was held back', () => {
      const outage = outageOf(both, { started: 1, ended: 1 });
      expect(next(outage, when(910))).toEqual({ ...nothing, what: ['started'], heldUntil: at(900 + FLAP) });
    });

    it('tells no further start while the end is held back', () => {
      expect(next(outageOf([...both, [1200]], { started: 2, ended: 1 }), when(1500))).toEqual(nothing);
    });

    it('tells nothing again of an episode whose end was told and that a late result opened again', () => {
      expect(next(outageOf([[0]], { started: 1, ended: 1 }), when(900))).toEqual(nothing);
    });

    it('tells no start of a return before the end of the first was told', () => {
      expect(next(outageOf([[0, 300], [310]], { started: 1 }), when(900))).toEqual(nothing);
    });
  });

  describe('of a node whose cluster has an outage', () => {
    const open = { clusterOutage: { start: iso(10) } };
    const closed = { clusterOutage: { start: iso(10), end: iso(1000) } };

    it('notifies nothing, and marks the episode', () => {
      expect(next(outageOf([[0]]), when(900, open))).toEqual({ ...nothing, covers: true });
      expect(next(outageOf([[0]], { covered: 1 }), when(900, open))).toEqual(nothing);
      expect(next(outageOf([[0, 500]]), when(900, open))).toEqual({ ...nothing, covers: true });
      expect(next(outageOf([[0, 500]], { covered: 1 }), when(900, open))).toEqual(nothing);
    });

    it('notifies it at the close, at once, if it still fails', () => {
      expect(next(outageOf([[970]], { covered: 1 }), when(1001, closed)).what).toEqual(['started']);
    });

    it('notifies nothing of one that recovered before the close', () => {
      expect(next(outageOf([[0, 500]], { covered: 1 }), when(1001, closed))).toEqual(nothing);
      expect(next(outageOf([[0, 500]], { covered: 1 }), when(500 + FLAP + LATE, closed)).finished).toBe(true);
    });

    it('still tells the end of one that was notified before', () => {
      expect(next(outageOf([[0, 500]], { started: 1 }), when(501, open)).what).toEqual(['ended']);
    });

    it('tells both of one that was over before the cluster failed', () => {
      expect(next(outageOf([[-100, 10]]), when(20, open)).what).toEqual(['started', 'ended']);
      expect(next(outageOf([[-100, 11]]), when(20, open)).covers).toBe(true);
    });
  });

  it('has nothing to tell before the moment until which it holds something back, and something then', () => {
    const seconds = fc.integer({ min: 1, max: 1000 });
    const accepted = fc.record({ started: fc.nat({ max: 2 }), ended: fc.nat({ max: 2 }) });
    fc.assert(
      fc.property(fc.array(seconds, { minLength: 1, maxLength: 6 }), accepted, fc.integer({ min: 0, max: 4000 }), (times, marks, now) => {
        const moments = times.map((_, n) => times.slice(0, n).reduce((sum, each) => sum + each, 0));
        const episodes = moments.flatMap((from, n): [number, number?][] => (n % 2 === 0 ? [[from, moments[n + 1]]] : []));
        const outage = outageOf(episodes, { started: marks.started, ended: Math.min(marks.started, marks.ended) });
        const first = next(outage, when(now));
        const after = first.what.reduce((each, what) => markDelivered(each, SINK, what, each.episode), outage);
        const again = next(after, when(now));
        expect(again.what).toEqual([]);
        expect(again.heldUntil).toEqual(first.heldUntil);
        const until = again.heldUntil === undefined ? 99_999 : (again.heldUntil.getTime() - at(0).getTime()) / 1000;
        expect(next(after, when(Math.max(now, until - 0.001))).what).toEqual([]);
        expect(next(after, when(until)).what.length > 0).toBe(again.heldUntil !== undefined);
      }),
      { numRuns: 500 },
    );
  });

  describe('asked every 15 s', () => {
    const POLL = 15;
    /** One episode: how long it lasts, how long it is quiet before the next, and how late the tables learn of its start and of its end. */
    const life = fc.record({
      lasts: fc.integer({ min: 1, max: 1500 }),
      quiet: fc.integer({ min: 1, max: FLAP }),
      openKnown: fc.integer({ min: 0, max: 600 }),
      endKnown: fc.integer({ min: 0, max: 600 }),
    });
    const clusters = fc.option(fc.record({ from: fc.integer({ min: 0, max: 4000 }), lasts: fc.integer({ min: 1, max: 3000 }) }), {
      nil: undefined,
    });

    interface Sent {
      what: 'started' | 'ended';
      episode: number;
      time: number;
      outage: Outage;
    }

    /** Lets time pass over episodes until nothing more is to be told. */
    function watch(lives: readonly { lasts: number; quiet: number; openKnown: number; endKnown: number }[], cluster?: [number, number]) {
      const news: { time: number; episode: number; from: number; end?: number }[] = [];
      let [from, known] = [0, 0];
      for (const [n, { lasts, quiet, openKnown, endKnown }] of lives.entries()) {
        known = Math.max(known, from + openKnown);
        news.push({ time: known, episode: n + 1, from });
        known = Math.max(known, from + lasts + endKnown);
        news.push({ time: known, episode: n + 1, from, end: from + lasts });
        from += lasts + quiet;
      }
      const sent: Sent[] = [];
      let outage: Outage | undefined;
      let finishedAt: number | undefined;
      for (let time = 0; time < from + 60 * 60; time += POLL) {
        for (; news[0] !== undefined && news[0].time <= time; news.shift()) {
          const { episode, from: start, end, time: learned } = news[0];
          const of = {
            outage: iso(0),
            episode,
            from: iso(start),
            end: end === undefined ? undefined : iso(end),
            reason: 'NoRoute' as const,
          };
          outage = writeEpisode(outage, subject, of, emptyLog, iso(learned));
        }
        if (outage === undefined) continue;
        const clusterOutage =
          cluster === undefined || cluster[0] > time
            ? undefined
            : { start: iso(cluster[0]), end: cluster[1] > time ? undefined : iso(cluster[1]) };
        const { what, covers, finished } = next(outage, when(time, { clusterOutage }));
        if (finished) {
          expect(what).toEqual([]);
          expect(news).toEqual([]);
          finishedAt ??= time;
        } else expect(finishedAt).toBeUndefined();
        if (covers) outage = markCovered(outage);
        for (const each of what) {
          sent.push({ what: each, episode: outage.episode, time, outage });
          outage = markDelivered(outage, SINK, each, outage.episode);
        }
      }
      return { sent, finishedAt, outage };
    }

    function expectInTurn(sent: readonly Sent[]): void {
      expect(sent.map(({ what }) => what)).toEqual(sent.map((_, n) => (n % 2 === 0 ? 'started' : 'ended')));
      expect(sent.length % 2).toBe(0);
      expect(new Set(sent.map(({ what, episode }) => `${what}/${episode}`)).size).toBe(sent.length);
    }

    it('tells starts and ends in turn, each at most once, and all in the end', () => {
      fc.assert(
        fc.property(fc.array(life, { minLength: 1, maxLength: 8 }), (lives) => {
          const { sent, finishedAt } = watch(lives);
          expectInTurn(sent);
          expect(sent[0]).toMatchObject({ what: 'started' });
          expect(sent.at(-1)).toMatchObject({ what: 'ended', episode: lives.length });
          expect(finishedAt).toBeDefined();
        }),
        { numRuns: 500 },
      );
    });

    it('tells the end of a return only after a quiet flap window', () => {
      fc.assert(
        fc.property(fc.array(life, { minLength: 2, maxLength: 8 }), (lives) => {
          const ends = watch(lives).sent.filter(({ what, episode }) => what === 'ended' && episode > 1);
          for (const { time, outage } of ends) expect(at(time).getTime() - Date.parse(outage.end!)).toBeGreaterThanOrEqual(FLAP * 1000);
        }),
        { numRuns: 300 },
      );
    });

    it('tells a node that flaps all day at most twice: once as it is, once as it goes on', () => {
      const lives = Array.from({ length: 80 }, () => ({ lasts: 300, quiet: 600, openKnown: 20, endKnown: 20 }));
      expect(watch(lives).sent.map(({ what, episode }) => `${what}/${episode}`)).toEqual(['started/1', 'ended/1', 'started/2', 'ended/80']);
    });

    it('tells starts and ends in turn too where its cluster has an outage, and no start of what is open while that is', () => {
      fc.assert(
        fc.property(fc.array(life, { minLength: 1, maxLength: 6 }), clusters, (lives, cluster) => {
          const span: [number, number] | undefined = cluster && [cluster.from, cluster.from + cluster.lasts];
          const { sent, finishedAt, outage } = watch(lives, span);
          expectInTurn(sent);
          expect(finishedAt).toBeDefined();
          for (const { what, time, outage: then } of sent)
            if (what === 'started' && then.end === undefined && span) expect(time < span[0] || time >= span[1]).toBe(true);
          expect(Math.max(marksOf(outage!, SINK).ended, outage!.covered)).toBe(lives.length);
        }),
        { numRuns: 500 },
      );
    });
  });
});

describe('an end whose answer was lost, of an outage that has returned', () => {
  const returned = (end?: number) =>
    markTried(
      outageOf(
        [
          [0, 300],
          [400, end],
        ],
        { started: 1 },
      ),
      SINK,
      'ended',
      1,
    );

  it('is sent once more, and the return is notified as if it were known', () => {
    expect(next(returned(), when(500))).toEqual({ ...nothing, what: ['started'], endsAgain: 1 });
    expect(next(markDelivered(returned(), SINK, 'started', 2), when(510))).toEqual(nothing);
  });

  it('is followed by the start and the end of the return, where that is over too', () => {
    expect(next(returned(600), when(600 + FLAP))).toMatchObject({ what: ['started', 'ended'], endsAgain: 1 });
  });

  it('is not finished before it is known, however long ago it was', () => {
    const told = markDelivered(markDelivered(returned(600), SINK, 'started', 2), SINK, 'ended', 2);
    expect(next(told, when(600 + FLAP + LATE + 1)).finished).toBe(true);
    expect(next(returned(600), when(600 + FLAP + LATE + 1)).finished).toBe(false);
  });

  it('is no matter where it never was on the way: the sink still has the outage open', () => {
    expect(next(outageOf([[0, 300], [400]], { started: 1 }), when(500))).toEqual(nothing);
  });
});

describe('nextNotification in a maintenance', () => {
  const span = { from: at(100).getTime(), until: at(1000).getTime() };
  const during = (now: number, more: Partial<NotificationContext> = {}) => when(now, { maintenance: [span], ...more });
  const ofCluster = { cluster: subject.cluster };

  it('holds a start back until its end, of a node and of a cluster, and marks what began in it', () => {
    expect(next(outageOf([[200]]), during(900))).toEqual({ ...nothing, heldUntil: at(1000), maintains: true });
    expect(next(outageOf([[200]], {}, ofCluster), during(900))).toEqual({ ...nothing, heldUntil: at(1000), maintains: true });
    expect(next(markMaintained(outageOf([[200]])), during(900))).toEqual({ ...nothing, heldUntil: at(1000) });
    expect(next(outageOf([[50]]), during(900))).toEqual({ ...nothing, heldUntil: at(1000) });
  });

  it('notifies of what is still open once it is over', () => {
    expect(next(markMaintained(outageOf([[200]])), during(1000)).what).toEqual(['started']);
    expect(next(markMaintained(outageOf([[200]], {}, ofCluster)), during(1000)).what).toEqual(['started']);
    expect(next(outageOf([[50]]), during(1000)).what).toEqual(['started']);
  });

  it('never notifies of what began and ended in it, not even once its window is not known any more', () => {
    expect(next(outageOf([[200, 900]]), during(950))).toEqual({ ...nothing, maintains: true });
    const marked = markMaintained(outageOf([[200, 900]]));
    for (const context of [during(950), during(5000), when(5000)]) expect(next(marked, context).what).toEqual([]);
    expect(next(marked, when(900 + FLAP + LATE)).finished).toBe(true);
  });

  it('notifies of the end of what was notified, as usual', () => {
    expect(next(outageOf([[50, 500]], { started: 1 }), during(501)).what).toEqual(['ended']);
    expect(next(outageOf([[50]], { started: 1 }), during(501))).toEqual(nothing);
    expect(next(markMaintained(outageOf([[200, 1500]], { started: 1 })), during(1501)).what).toEqual(['ended']);
  });

  it('holds back what began before it and was not notified, also where it ended meanwhile', () => {
    expect(next(outageOf([[50, 500]]), during(501))).toEqual({ ...nothing, heldUntil: at(1000) });
    expect(next(outageOf([[50, 500]]), during(1000)).what).toEqual(['started', 'ended']);
  });

  it('notifies of what began in it and ended after it', () => {
    expect(next(markMaintained(outageOf([[200, 1100]])), during(1200)).what).toEqual(['started', 'ended']);
  });

  it('leaves the outages of nodes to that of their cluster', () => {
    const open = { clusterOutage: { start: iso(200) } };
    expect(next(outageOf([[200]]), during(900, open))).toEqual({ ...nothing, covers: true, maintains: true });
    expect(next(outageOf([[200]], { covered: 1 }), during(900, open))).toEqual({ ...nothing, maintains: true });
  });

  it('sends no start while a window is on, and loses none that lasts beyond it', () => {
    const second = fc.integer({ min: 0, max: 2000 });
    const windows = fc.array(fc.tuple(second, fc.integer({ min: 1, max: 600 })), { maxLength: 3 });
    fc.assert(
      fc.property(second, fc.integer({ min: 1, max: 1500 }), windows, (begins, lasts, spans) => {
        const rules = spans.map(([from, length]) => {
          return { kind: 'once' as const, from: at(from).getTime(), until: at(from + length).getTime() };
        });
        // Windows that overlap are one, as they are where they come from.
        const maintenance = stretchesIn(rules, { from: at(0).getTime(), until: at(10_000).getTime() });
        const isOn = (time: number) => maintenance.some(({ from, until }) => from <= at(time).getTime() && at(time).getTime() < until);
        const sent: string[] = [];
        let marks: Partial<DeliveryMarks & { maintained: number }> = {};
        for (let time = begins; time <= begins + lasts + 2600 + FLAP; time += 10) {
          const end = time >= begins + lasts ? begins + lasts : undefined;
          const outage = { ...outageOf([[begins, end]], marks), maintained: marks.maintained ?? 0 };
          const { what, maintains } = next(outage, when(time, { maintenance }));
          if (maintains) marks = { ...marks, maintained: 1 };
          for (const each of what) {
            if (each === 'started') expect(isOn(time)).toBe(false);
            sent.push(each);
            marks = { ...marks, [each]: 1 };
          }
        }
        expect(['', 'started,ended']).toContain(sent.join());
        const within = maintenance.some(({ from, until }) => from <= at(begins).getTime() && at(begins + lasts).getTime() <= until);
        const apart = !isOn(begins);
        if (within) expect(sent).toEqual([]);
        if (apart) expect(sent).toEqual(['started', 'ended']);
      }),
      { numRuns: 300 },
    );
  });

  it('counts what nobody was notified of as part of it', () => {
    expect(isOfMaintenance(markMaintained(outageOf([[200, 900]])))).toBe(true);
    expect(isOfMaintenance(outageOf([[200, 900]]))).toBe(false);
    expect(isOfMaintenance(markMaintained(outageOf([[200]], { started: 1 })))).toBe(false);
  });
});

describe('nextNotifications', () => {
  const both = ['mail', 'page'];
  const accepted = (outage: Outage, ...marks: [sink: string, what: 'started' | 'ended'][]) =>
    marks.reduce((each, [sink, what]) => markDelivered(each, sink, what, each.episode), outage);

  it('sends to a sink what it has not accepted, and nothing to one that has', () => {
    const outage = accepted({ ...outageOf([[0]]), ...nothingDelivered }, ['mail', 'started']);
    expect(nextNotifications(outage, both, when(30)).bySink).toEqual(new Map([['page', ['started']]]));
    expect(nextNotifications(accepted(outage, ['page', 'started']), both, when(30)).bySink).toEqual(new Map());
  });

  it('is finished only when it is for each sink that is configured', () => {
    const outage = accepted({ ...outageOf([[0, 300]]), ...nothingDelivered }, ['mail', 'started'], ['mail', 'ended'], ['page', 'started']);
    const late = when(300 + FLAP + LATE);
    expect(nextNotifications(outage, both, late)).toMatchObject({ bySink: new Map([['page', ['ended']]]), finished: false });
    expect(nextNotifications(accepted(outage, ['page', 'ended']), both, late).finished).toBe(true);
    expect(nextNotifications(outage, ['mail'], late).finished).toBe(true);
  });

  it('covers an episode for those that were not notified, while the others still wait for its end', () => {
    const outage = accepted({ ...outageOf([[0]]), ...nothingDelivered }, ['mail', 'started']);
    const open = { clusterOutage: { start: iso(10) } };
    expect(nextNotifications(outage, both, when(900, open))).toMatchObject({ bySink: new Map(), covers: true });
    const ended = { ...markCovered(outage), end: iso(500) };
    expect(nextNotifications(ended, both, when(501, open))).toMatchObject({ bySink: new Map([['mail', ['ended']]]), covers: false });
  });

  it('asks again at the first moment until which anything is held back', () => {
    const outage = accepted(
      {
        ...outageOf([
          [0, 300],
          [600, 900],
        ]),
        ...nothingDelivered,
      },
      ['mail', 'started'],
    );
    expect(nextNotifications(outage, both, when(910)).heldUntil).toEqual(at(900 + FLAP));
    expect(nextNotifications({ ...outageOf([[0]]), ...nothingDelivered }, both, when(20)).heldUntil).toEqual(at(30));
  });
});

describe('markDelivered', () => {
  it('never takes back what was accepted of a later episode', () => {
    const outage = markDelivered(outageOf([[0, 300], [600]]), SINK, 'started', 2);
    expect(outage.delivered).toEqual({ [SINK]: { started: 2, ended: 0 } });
    expect(marksOf(markDelivered(outage, SINK, 'started', 1), SINK).started).toBe(2);
    expect(marksOf(markDelivered(outage, SINK, 'ended', 1), SINK)).toEqual({ started: 2, ended: 1 });
  });
});
