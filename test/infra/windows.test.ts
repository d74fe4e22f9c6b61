import { describe, expect, it } from 'vitest';
import { minutesOf, readRules } from './alert-rules.ts';
import { valuesOf } from './bicep-values.ts';
import type { Row } from './kql-expressions.ts';
import { replayRules } from './replay-rules.ts';
import { at, clusterRow, heartbeatRow, tablesOf } from './state-rows.ts';

// How late telemetry may be without a false alarm. Microsoft names 30 s to 20 minutes for logs of its own, and less than 10 s for what apps send.
const LATE = 10;
const HOURS = 8;

const { silenceWindows, threeIntervals } = valuesOf('main.bicep', { environmentName: 'prod' }) as Record<string, Record<string, string>>;
const intervals = [5, 10, 15, 20, 30, 60];

/** Heartbeats of sweeps one interval apart, each of which completes so many minutes after it began. */
const beats = (interval: number, until: number, completesAfter: (sweep: number) => number): Row[] =>
  Array.from({ length: Math.floor(until / interval) }, (_, sweep) =>
    heartbeatRow(sweep * interval, sweep * interval + completesAfter(sweep)),
  );

/** When the prober is reported as silent, in minutes; evaluations begin at each minute of their period in turn, since nobody knows when Azure begins. */
function silences(silenceWindow: string, rows: Row[], until: number, lateMinutes: number): number[] {
  const [rule] = readRules({ silenceWindow }).filter(({ name }) => name === 'prober-silent');
  const window = minutesOf(rule!.timing.window);
  const phases = Array.from({ length: minutesOf(rule!.timing.frequency) }, (_, phase) => window + phase);
  return phases.flatMap((from) => {
    const notices = replayRules([rule!], tablesOf(...rows), { from: at(from), to: at(until), lateMinutes });
    return notices.filter(({ condition }) => condition === 'Fired').map((notice) => (notice.at.getTime() - at(0).getTime()) / 60_000);
  });
}

it('there is a window for each interval that the template takes', () => {
  expect(Object.keys(silenceWindows!).map(Number)).toEqual(intervals);
  expect(Object.keys(threeIntervals!).map(Number)).toEqual(intervals);
});

// One sweep completes at once, and the next at its deadline, an interval after it began: two intervals lie between them.
const uneven = (interval: number) => beats(interval, HOURS * 60, (sweep) => (sweep % 2 === 0 ? 0.1 : interval));

describe.each(intervals)('with a sweep every %i minutes, the prober', (interval) => {
  const window = silenceWindows![interval]!;

  it('is not silent for sweeps that take their whole time and telemetry that is ten minutes late', () => {
    expect(minutesOf(window)).toBeGreaterThan(2 * interval + LATE);
    expect(silences(window, uneven(interval), HOURS * 60, LATE)).toEqual([]);
  });

  it('is found silent at the end of the window, by the next evaluation, however late telemetry is', () => {
    const last = 4 * interval;
    const completed = last + 0.5;
    for (const late of [0, LATE]) {
      const fired = silences(
        window,
        beats(interval, last + interval, () => 0.5),
        last + minutesOf(window) + 60,
        late,
      );
      // Once, wherever the evaluations begin.
      expect(fired).toHaveLength(5);
      for (const minute of fired) expect(minute).toBeGreaterThanOrEqual(completed + minutesOf(window));
      for (const minute of fired) expect(minute).toBeLessThan(completed + minutesOf(window) + 5);
    }
  });
});

it('a window of three intervals would call a prober silent that sweeps every five minutes', () => {
  expect(silences(threeIntervals![5]!, uneven(5), HOURS * 60, 0)).toEqual([]);
  expect(silences(threeIntervals![5]!, uneven(5), HOURS * 60, LATE).length).toBeGreaterThan(0);
});

describe.each(intervals)('with a sweep every %i minutes, coverage', (interval) => {
  const rule = () => readRules({ threeIntervals: threeIntervals![interval] }).filter(({ name }) => name === 'coverage');
  const told = { coverage: { subject: 'shop: 10 of 20 nodes have a verdict', settled: true } };
  const sweeps = (coverageOf: (sweep: number) => string) =>
    Array.from({ length: 24 }, (_, sweep) =>
      clusterRow('shop', sweep * interval, sweep * interval + 1, { coverage: coverageOf(sweep) }, told),
    );
  const alerts = (rows: Row[], lateMinutes: number) =>
    replayRules(rule(), tablesOf(...rows), { from: at(3 * interval), to: at(20 * interval), lateMinutes });

  it('is no alert where one sweep in three was throttled and telemetry is ten minutes late', () => {
    const rows = sweeps((sweep) => (sweep % 3 === 0 ? '0.5000' : '1.0000'));
    for (const late of [0, LATE]) expect(alerts(rows, late)).toEqual([]);
  });

  it('is one alert where all sweeps were', () => {
    expect(
      alerts(
        sweeps(() => '0.5000'),
        0,
      ),
    ).toHaveLength(1);
  });
});
