import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Services } from '../../../src/services.ts';
import { judgeIncidentsBetween, judgeIncidentsSoon } from '../../../src/sweep/incidents/judge-between.ts';
import type { Work } from '../../../src/sweep/queue/work-queue.ts';
import { readIncidentMark } from '../../../src/tables/incident-rows.ts';
import { type Storage, startStorage } from '../../tables/storage.ts';
import { type Clock, servicesAt } from '../services-at.ts';

const START = Date.parse('2026-11-30T03:00:00Z');
const sweep = '2026-11-30T03:00:00Z';
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();

let storage: Storage;
let services: Services;
let clock: Clock;
let sent: Work[];
let nth = 0;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());
beforeEach(() => {
  // Each test is an hour later, so that no mark of another is ahead of it.
  const started = servicesAt(storage.connectionString, at(0));
  clock = started.clock;
  sent = [];
  services = { ...started.services, queue: { ...started.services.queue, send: async (work) => void sent.push(work) } };
  nth += 1;
  clock.at(START + nth * 3_600_000);
});
const message = (judgeAt: string) => ({ v: 1, kind: 'judge-incidents' as const, deadline: at(9e4), sweep: sweepNow(), judgeAt });
const now = () => services.now().toISOString();
const sweepNow = () => new Date(START + nth * 3_600_000).toISOString().replace('.000Z', 'Z');

it('the first of many outages that begin at once has incidents judged, and the others once more together two seconds later', async () => {
  const asked = now();
  await Promise.all(Array.from({ length: 20 }, () => judgeIncidentsSoon(services, sweep)));
  expect(await readIncidentMark(services.tables)).toBe(asked);
  const later = new Date(Date.parse(asked) + 2000).toISOString();
  expect(sent).toEqual(Array.from({ length: 19 }, () => ({ kind: 'judge-incidents', sweep, judgeAt: later })));
  clock.move(2000);
  await judgeIncidentsBetween(services, message(later));
  const judged = await readIncidentMark(services.tables);
  clock.move(5000);
  for (let n = 0; n < 18; n++) await judgeIncidentsBetween(services, message(later));
  expect([judged, await readIncidentMark(services.tables)]).toEqual([later, later]);
});

it('a message about a sweep that never was is refused', async () => {
  await expect(judgeIncidentsBetween(services, { ...message(now()), sweep: '2019-01-01T00:00:00Z' })).rejects.toThrow('expected a sweep');
});
