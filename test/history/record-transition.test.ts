import { describe, expect, it } from 'vitest';
import { emptyLog, type NodeLog } from '../../src/history/log.ts';
import type { Transition } from '../../src/history/node-history.ts';
import type { Outage } from '../../src/history/outage.ts';
import { recordTransition, touchedOutages } from '../../src/history/record-transition.ts';
import { type Episode, emptyHistory, emptyState } from '../../src/model/node-state.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 21) + seconds * 1000).toISOString();
const subject = { cluster: 'c', node: 'a' };
const episode = (nth: number, from: number, end?: number): Episode => {
  return { outage: at(0), episode: nth, from: at(from), reason: 'DnsTimeout', ...(end !== undefined && { end: at(end) }) };
};
const transition = (more: Partial<Transition>): Transition => {
  const nothing = { changed: [], withdrawn: [], confirm: false, worthAssessing: false };
  return { history: emptyHistory, state: emptyState, ...nothing, ...more };
};
const record = (before: Outage | undefined, more: Partial<Transition>, log: NodeLog = emptyLog) =>
  recordTransition(before, at(0), transition(more), subject, log, at(60));
const open = record(undefined, { changed: [episode(1, 0)] })!;

describe('the outages that a transition touches', () => {
  it('are those of its episodes, new, changed or withdrawn', () => {
    const other = { ...episode(1, 900), outage: at(900) };
    expect(touchedOutages(transition({ changed: [episode(1, 0, 30)], withdrawn: [other] })).sort()).toEqual([at(0), at(900)]);
    expect(touchedOutages(transition({}))).toEqual([]);
  });

  it('include the open one where its node says something new', () => {
    const state = { ...emptyState, outage: episode(1, 0) };
    expect(touchedOutages(transition({ state, worthAssessing: true }))).toEqual([at(0)]);
    expect(touchedOutages(transition({ state }))).toEqual([]);
  });
});

describe('the record of an outage', () => {
  it('begins with its first episode and ends with the end of its last', () => {
    expect(open).toMatchObject({ ...subject, start: at(0), episode: 1, reason: 'DnsTimeout' });
    expect(record(open, { changed: [episode(1, 0, 30), episode(2, 60)] })).toMatchObject({ episode: 2, episodes: [{ end: at(30) }, {}] });
    expect(record(open, { changed: [episode(1, 0, 30)] })).toMatchObject({ end: at(30) });
  });

  it('is gone where a late result disproves all of it before anybody was notified', () => {
    expect(record(open, { withdrawn: [episode(1, 0)] })).toBeUndefined();
  });

  it('is the same object where the transition is of another outage', () => {
    const ended = record(open, { changed: [episode(1, 0, 30)] })!;
    expect(record(ended, { changed: [{ ...episode(1, 900), outage: at(900) }] })).toBe(ended);
  });
});
