import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../../src/cli/server/ask-server.ts';
import { waitAfterFailure } from '../../../src/cli/server/watch.ts';
import { compareOpen, describeEvent, type SeenOpen } from '../../../src/cli/server/watch-changes.ts';
import type { IncidentView } from '../../../src/views/incidents.ts';
import type { OutageView } from '../../../src/views/outages.ts';

const outage = (id: string, flaps = 0) =>
  ({
    id,
    flaps,
    start: '2026-11-21T11:50:00.000Z',
    end: null,
    subject: { kind: 'cluster', cluster: id },
    reason: 'ConnectionRefused',
    message: 'no\u001b[2J\nway',
  }) as OutageView;
const incident = (id: string) =>
  ({ id, start: '2026-11-21T11:50:00.000Z', end: '2026-11-21T11:55:30.000Z', message: 'a firewall' }) as IncidentView;
const seen = (outages: OutageView[], incidents: IncidentView[] = []): SeenOpen => ({
  outages: new Map(outages.map((each) => [each.id, each])),
  incidents: new Map(incidents.map((each) => [each.id, each])),
});
const eventsOf = (...args: Parameters<typeof compareOpen>) =>
  compareOpen(...args).events.map((each) => `${each.event} ${'outage' in each ? each.outage.id : each.incident.id}`);

describe('what is open, compared with before', () => {
  it('is all told as open at first, and as begun from then on', () => {
    expect(eventsOf(undefined, seen([outage('a')], [incident('i')]))).toEqual(['OutageOpen a', 'IncidentOpen i']);
    expect(eventsOf(seen([outage('a')]), seen([outage('a'), outage('b')], [incident('i')]))).toEqual([
      'OutageStarted b',
      'IncidentStarted i',
    ]);
  });

  it('has returned where it flaps, whether or not it was seen closed meanwhile', () => {
    expect(eventsOf(seen([outage('a')]), seen([outage('a', 1)]))).toEqual(['OutageReturned a']);
    expect(eventsOf(seen([]), seen([outage('a', 1)]))).toEqual(['OutageReturned a']);
  });

  it('is over where it is not there any more', () => {
    const { events, goneOutages, goneIncidents } = compareOpen(seen([outage('a')], [incident('i')]), seen([]));
    expect([events, goneOutages.map(({ id }) => id), goneIncidents.map(({ id }) => id)]).toEqual([[], ['a'], ['i']]);
  });
});

it('an event is one line, whatever a message holds', () => {
  expect(describeEvent({ event: 'OutageStarted', outage: outage('a') })).toBe(
    '2026-11-21T11:50:00Z outage started: a: ConnectionRefused: no [2J way',
  );
  expect(describeEvent({ event: 'IncidentEnded', incident: incident('i') })).toBe(
    '2026-11-21T11:55:30Z incident ended after 5m30s: i: a firewall',
  );
});

it('failures are waited for longer each time, and as long as the service says', () => {
  expect([0, 1, 2, 30].map((failures) => waitAfterFailure(failures, 15_000))).toEqual([15_000, 30_000, 60_000, 300_000]);
  expect(waitAfterFailure(0, 15_000, 600_000)).toBe(600_000);
});

it('Retry-After is seconds or a date', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  expect(
    ['7', 'Sat, 21 Nov 2026 12:00:09 GMT', 'Sat, 21 Nov 2026 11:00:00 GMT', 'soon', undefined].map((each) => retryAfterMs(each, now)),
  ).toEqual([7000, 9000, 0, undefined, undefined]);
});
