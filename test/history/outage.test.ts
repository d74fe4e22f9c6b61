import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addToLog, emptyLog, type LogEntry, type NodeLog } from '../../src/history/log.ts';
import { foldResult } from '../../src/history/node-history.ts';
import type { Limits } from '../../src/history/node-state.ts';
import {
  endOutage,
  formatDuration,
  nothingDelivered,
  type Outage,
  outageId,
  withdrawEpisode,
  writeEpisode,
} from '../../src/history/outage.ts';
import type { Episode, ProbeResult } from '../../src/model/node-state.ts';
import { emptyHistory } from '../../src/model/node-state.ts';

const at = (seconds: number) => new Date(Date.UTC(2021, 0, 13, 20, 8, 34) + seconds * 1000).toISOString();
const entry = (seconds: number, success: boolean, message = success ? 'succeeded' : 'connection refused'): LogEntry => ({
  nonce: String(seconds),
  time: at(seconds),
  success,
  reason: success ? 'Reachable' : 'ConnectionRefused',
  message,
});
const failures = (...seconds: number[]) => seconds.sort((a, b) => b - a).map((each) => entry(each, false));
const subject = { cluster: '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.shop', node: 'aks-web-vmss000000' };
const episodeOf = (episode: number, from: number, end?: number): Episode => ({
  outage: at(0),
  episode,
  from: at(from),
  ...(end === undefined ? {} : { end: at(end) }),
  reason: 'ConnectionRefused',
});
const write = (before: Outage | undefined, episode: Episode, log: NodeLog = emptyLog, now = 65) =>
  writeEpisode(before, subject, episode, log, at(now));
const opened = (log: NodeLog = emptyLog) => write(undefined, episodeOf(1, 0), log);

/** The record of an outage with episodes of so many seconds each, from and to. */
const recordOf = (...episodes: [number, number?][]) =>
  episodes.reduce<Outage | undefined>(
    (outage, [from, end], n) => write(outage, episodeOf(n + 1, from, end), emptyLog, from + 65),
    undefined,
  )!;
const spans = ({ episodes }: Outage) => episodes.map(({ start, end }) => [start, end]);
const span = (from: number, end?: number) => [at(from), end === undefined ? undefined : at(end)];

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [99, '0s'],
    [100, '0.1s'],
    [59_999, '59.9s'],
    [60_000, '1m0s'],
    [179_999.789, '2m59.9s'],
    [3_600_000, '1h0m0s'],
    [3_661_500, '1h1m1.5s'],
    [360_000_000, '100h0m0s'],
    [-5, '0s'],
  ])('writes %d ms as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it('writes what reads as the same duration to the tenth of a second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000_000 }), (milliseconds) => {
        const text = formatDuration(milliseconds);
        const parts = /^(?:(\d+)h)?(?:(\d{1,2})m)?(\d{1,2}(?:\.\d)?)s$/.exec(text);
        expect(parts).not.toBeNull();
        const [, hours = '0', minutes = '0', seconds = ''] = parts!;
        expect(Number(minutes)).toBeLessThan(60);
        expect(Number(seconds)).toBeLessThan(60);
        expect(Math.round(Number(hours) * 36_000 + Number(minutes) * 600 + Number(seconds) * 10)).toBe(Math.floor(milliseconds / 100));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('outageId', () => {
  it('names a subject and a start', () => {
    expect(outageId({ ...subject, start: at(0) })).toBe(`${subject.cluster}|${subject.node}|2021-01-13T20:08:34.000Z`);
    expect(outageId({ cluster: subject.cluster, start: at(0) })).toBe(`${subject.cluster}|*|2021-01-13T20:08:34.000Z`);
  });
});

describe('writeEpisode', () => {
  it('begins a record at the first failure, which waits with its announcement from when it was learned of', () => {
    expect(opened({ successes: [], failures: failures(0, 60) })).toEqual({
      ...subject,
      start: at(0),
      end: undefined,
      reason: 'ConnectionRefused',
      message: 'Connectivity outage detected at 2021-01-13T20:08:34.000Z',
      episode: 1,
      episodes: [{ start: at(0) }],
      openedAt: at(65),
      startLogs: [entry(0, false)],
      endLogs: [],
      ...nothingDelivered,
    });
  });

  it('takes as evidence what the failures said, in their order, where the message changed, at most five, and nothing from before', () => {
    const log = {
      successes: [],
      failures: [
        entry(-60, false, 'before'),
        ...['a', 'a', 'b', 'a', 'c', 'd', 'e'].map((message, minute) => entry(minute * 60, false, message)),
      ].reverse(),
    };
    expect(opened(log).startLogs.map(({ message }) => message)).toEqual(['a', 'b', 'a', 'c', 'd']);
    expect(opened(log).startLogs[0]).toEqual(entry(0, false, 'a'));
  });

  it('takes as evidence of the start one line where all failures said the same', () => {
    expect(opened({ successes: [], failures: failures(0, 60, 120, 180) }).startLogs).toEqual([entry(0, false)]);
  });

  it('ends at the first success, with the last results until then as evidence, newest first', () => {
    const log = { successes: [entry(240, true), entry(179.9, true), entry(-60, true)], failures: failures(0, 60, 120) };
    const outage = write(opened({ successes: [], failures: failures(0, 60) }), episodeOf(1, 0, 179.9), log, 200);
    expect(outage).toMatchObject({
      start: at(0),
      end: at(179.9),
      episodes: [{ start: at(0), end: at(179.9) }],
      message: 'Connectivity restored after 2m59.9s',
      openedAt: at(65),
      startLogs: [entry(0, false)],
      endLogs: [entry(179.9, true), entry(120, false), entry(60, false), entry(0, false)],
    });
  });

  it('keeps five results as evidence of an end', () => {
    const log = { successes: [entry(600, true)], failures: failures(0, 60, 120, 180, 240, 300) };
    expect(write(opened(log), episodeOf(1, 0, 600), log).endLogs.map(({ time }) => time)).toEqual([600, 300, 240, 180, 120].map(at));
  });

  it('keeps its start and its evidence while an outage goes on for longer than the log', () => {
    const limits: Limits = { failures: 2, recoveries: 1, flapWindowMs: 0, staleAfterMs: 900_000 };
    let [history, log, outage] = [emptyHistory, emptyLog, undefined as Outage | undefined];
    for (let minute = 0; minute <= 40; minute++) {
      const verdict = minute < 40 ? 'unreachable' : 'reachable';
      const result: ProbeResult = {
        verdict,
        reason: minute < 40 ? 'ConnectionRefused' : 'Reachable',
        message: `minute ${minute}`,
        nonce: `${minute}`,
        run: '',
        sweep: '',
        at: at(minute * 60),
      };
      const fold = foldResult(history, result, limits, 60_000);
      history = fold.history;
      log = addToLog(log, result);
      for (const episode of fold.changed) outage = write(outage, episode, log, minute * 60);
      expect(log.failures.length).toBe(Math.min(10, minute + 1, 40));
    }
    expect(outage).toMatchObject({ start: at(0), end: at(2400), openedAt: at(60), message: 'Connectivity restored after 40m0s' });
    expect(outage!.startLogs.map(({ message }) => message)).toEqual(['minute 0', 'minute 1']);
    expect(outage!.endLogs.map(({ message }) => message)).toEqual([40, 39, 38, 37, 36].map((minute) => `minute ${minute}`));
  });

  it('opens the record again with the next episode, and says at its end how many there were', () => {
    const again = write(recordOf([0, 120]), episodeOf(2, 300), emptyLog, 400);
    expect(again).toMatchObject({ start: at(0), end: undefined, episode: 2, openedAt: at(400), endLogs: [] });
    expect(again.message).toBe('Connectivity outage detected at 2021-01-13T20:08:34.000Z');
    expect(spans(again)).toEqual([span(0, 120), span(300)]);
    expect(write(again, episodeOf(2, 300, 420)).message).toBe('Connectivity restored after 7m0s, after 2 episodes');
  });

  it('keeps the newest 20 episodes, and counts all', () => {
    const outage = recordOf(...Array.from({ length: 30 }, (_, n): [number, number] => [n * 600, n * 600 + 300]));
    expect(outage).toMatchObject({ episode: 30, start: at(0), end: at(29 * 600 + 300) });
    expect(spans(outage)).toEqual(Array.from({ length: 20 }, (_, n) => span((n + 10) * 600, (n + 10) * 600 + 300)));
    expect(write(outage, episodeOf(30, 29 * 600, 29 * 600 + 200)).episodes).toHaveLength(20);
    expect(write(outage, episodeOf(5, 2400, 2700))).toEqual(outage);
  });

  it('changes nothing when it writes any of its episodes again', () => {
    const length = fc.integer({ min: 1, max: 300 });
    fc.assert(
      fc.property(fc.array(fc.tuple(length, length), { minLength: 1, maxLength: 25 }), fc.boolean(), fc.nat(), (all, open, pick) => {
        let now = 0;
        const episodes = all.map(([lasts, quiet], n) => {
          const from = now;
          now += lasts + quiet;
          return episodeOf(n + 1, from, open && n === all.length - 1 ? undefined : from + lasts);
        });
        const outage = episodes.reduce<Outage | undefined>((before, each) => write(before, each), undefined)!;
        const log = emptyLog;
        expect(writeEpisode(outage, subject, episodes[pick % episodes.length]!, log, at(now + 999))).toEqual(outage);
      }),
    );
  });

  it('leaves later episodes as they are when a late result ends an earlier one sooner', () => {
    const outage = write(recordOf([0, 120], [300]), episodeOf(1, 0, 60), emptyLog, 400);
    expect(outage).toMatchObject({ end: undefined, episode: 2, openedAt: at(365) });
    expect(spans(outage)).toEqual([span(0, 60), span(300)]);
  });

  it('drops later episodes that lie within one that a late result made longer', () => {
    expect(write(recordOf([0, 120], [300, 360]), episodeOf(1, 0))).toMatchObject({
      end: undefined,
      episode: 1,
      episodes: [{ start: at(0) }],
    });
  });
});

describe('the record of a node', () => {
  it('comes to the same in whatever order its results come, as long as nobody was notified', () => {
    const kind = fc.constantFrom<ProbeResult['verdict']>('reachable', 'unreachable');
    const results = fc.array(kind, { minLength: 1, maxLength: 16, size: 'max' }).chain((kinds) => {
      const all = kinds.map((verdict, n): ProbeResult => {
        const reason = verdict === 'reachable' ? 'Reachable' : 'ConnectionRefused';
        return { verdict, reason, message: '', nonce: `${n}`, run: '', sweep: '', at: at(n * 30) };
      });
      return fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }));
    });
    const limitsOf = fc.record({
      failures: fc.integer({ min: 1, max: 3 }),
      recoveries: fc.integer({ min: 1, max: 2 }),
      flapWindowMs: fc.constantFrom(0, 60_000, 900_000),
      staleAfterMs: fc.constant(900_000),
    });
    const recordsOf = (all: readonly ProbeResult[], limits: Limits) => {
      const records = new Map<string, Outage | undefined>();
      let history = emptyHistory;
      for (const result of all) {
        const fold = foldResult(history, result, limits, 300_000);
        history = fold.history;
        for (const { outage, episode } of [...fold.withdrawn].reverse())
          records.set(outage, withdrawEpisode(records.get(outage)!, episode));
        for (const episode of fold.changed) records.set(episode.outage, write(records.get(episode.outage), episode));
      }
      const left = [...records.values()].filter((record) => record !== undefined).sort((a, b) => (a.start < b.start ? -1 : 1));
      return left.map(({ start, end, episode, episodes, message }) => ({ start, end, episode, episodes, message }));
    };
    fc.assert(
      fc.property(results, limitsOf, ([sorted, mixed], limits) => {
        expect(recordsOf(mixed, limits)).toEqual(recordsOf(sorted, limits));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('withdrawEpisode', () => {
  const notified = (outage: Outage, started: number, ended: number) => ({ ...outage, delivered: { mail: { started, ended } } });

  it('leaves nothing of an outage of which nobody was notified', () => {
    expect(withdrawEpisode(recordOf([0]), 1)).toBeUndefined();
  });

  it('says of an outage that was notified that it was none, so that its end is too', () => {
    expect(withdrawEpisode(notified(recordOf([0]), 1, 0), 1)).toMatchObject({
      end: at(0),
      episode: 1,
      episodes: [{ start: at(0), end: at(0) }],
      message: 'Outage withdrawn: a result that came late shows that the node had recovered',
    });
  });

  it('takes back a return that was not notified: the episode before is the last again', () => {
    const before = notified(recordOf([0, 120]), 1, 1);
    const { openedAt: _, ...expected } = before;
    expect(withdrawEpisode(write(before, episodeOf(2, 300)), 2)).toMatchObject(expected);
  });

  it('ends a return that was notified where it began', () => {
    const outage = withdrawEpisode(notified(recordOf([0, 120], [300]), 2, 1), 2)!;
    expect(outage).toMatchObject({ end: at(300), episode: 2 });
    expect(spans(outage)).toEqual([span(0, 120), span(300, 300)]);
  });

  it('takes back several, the newest first', () => {
    const outage = recordOf([0, 60], [120, 180], [240]);
    expect([3, 2, 1].reduce<Outage | undefined>((left, episode) => left && withdrawEpisode(left, episode), outage)).toBeUndefined();
  });

  it('asks whether any sink has accepted it, however many have not', () => {
    const delivered = { mail: { started: 0, ended: 0 }, page: { started: 1, ended: 0 } };
    expect(withdrawEpisode({ ...recordOf([0]), delivered }, 1)).toMatchObject({ end: at(0), delivered });
    expect(withdrawEpisode({ ...recordOf([0]), delivered: { mail: { started: 0, ended: 0 } } }, 1)).toBeUndefined();
  });

  it('knows only its last episode', () => {
    const outage = recordOf([0, 60], [120]);
    expect(withdrawEpisode(outage, 1)).toBe(outage);
  });

  it('makes room for the episode that takes the place of one that was notified', () => {
    const withdrawn = withdrawEpisode(notified(recordOf([0, 60], [120, 180], [240]), 3, 1), 3)!;
    const outage = write(withdrawn, episodeOf(2, 240));
    expect(outage).toMatchObject({ end: undefined, episode: 2 });
    expect(spans(outage)).toEqual([span(0, 60), span(240)]);
  });
});

describe('endOutage', () => {
  it('says that nothing recovered', () => {
    const outage = opened({ successes: [], failures: failures(0, 60) });
    expect(endOutage(outage, at(125.5), 'NodeGone', 'The node no longer exists.')).toEqual({
      ...outage,
      end: at(125.5),
      episodes: [{ start: at(0), end: at(125.5) }],
      message: 'Outage ended after 2m5.5s: The node no longer exists. (NodeGone)',
    });
  });

  it('ends the last episode alone', () => {
    expect(spans(endOutage(recordOf([0, 60], [120]), at(300), 'NodeGone', ''))).toEqual([span(0, 60), span(120, 300)]);
  });

  it('leaves an outage that is over as it is', () => {
    const outage = recordOf([0, 60]);
    expect(endOutage(outage, at(999), 'NodeGone', 'The node no longer exists.')).toBe(outage);
  });
});
