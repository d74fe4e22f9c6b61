import { describe, expect, it } from 'vitest';
import type { Starter } from '../../../src/model/starter.ts';
import { readSettings } from '../../../src/settings.ts';
import { findMissingStages } from '../../../src/sweep/close/send-again.ts';

const sweep = '2026-11-21T09:35:00Z';
const at = (minute: number, second = 0) => Date.UTC(2026, 10, 21, 9, minute, second);
const [one, two] = ['0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01', '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e02'];
const every = (schedule: string) => readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true', SWEEP_SCHEDULE: schedule });
const settings = every('0 */5 * * * *');
const rows = {
  startedAt: sweep,
  subscriptions: [one, two],
  listed: [{ subscription: one }],
  requested: new Set<Starter>(),
  resent: new Set<string>(),
};
const whatAt = (time: number, more: Partial<typeof rows> = {}, unplanned: string[] = []) =>
  findMissingStages(settings, sweep, { ...rows, ...more }, unplanned, time).map(({ what }) => what);

describe('findMissingStages', () => {
  it('finds the start of a sweep of which there is no trace, once', () => {
    const begun = { subscriptions: undefined, resent: new Set<string>() };
    const find = (time: number, resent = begun.resent) => findMissingStages(settings, sweep, { ...rows, ...begun, resent }, [], time);
    expect(find(at(36, 14))).toEqual([]);
    expect(find(at(36, 15))).toEqual([{ what: 'start-sweep', work: { kind: 'start-sweep', sweep, starter: 'timer' } }]);
    expect(find(at(36, 15), new Set(['start-sweep']))).toEqual([]);
  });

  it('finds it for whoever asked for it', () => {
    const find = (...requested: Starter[]) =>
      findMissingStages(settings, sweep, { ...rows, subscriptions: undefined, requested: new Set(requested) }, [], at(36, 15));
    expect(find('close-sweep')).toMatchObject([{ work: { starter: 'close-sweep' } }]);
    expect(find('close-sweep', 'timer')).toMatchObject([{ work: { starter: 'timer' } }]);
  });

  it('finds the subscriptions that were not listed, and the clusters that were not planned', () => {
    const cluster = `${one}.rg.shop`;
    expect(whatAt(at(36, 14), {}, [cluster])).toEqual([]);
    expect(whatAt(at(36, 15), {}, [cluster])).toEqual([`list|${two}`, `expand|${cluster}`]);
    expect(whatAt(at(36, 15), { resent: new Set([`list|${two}`]) }, [cluster])).toEqual([`expand|${cluster}`]);
  });

  it('gives a long sweep more time', () => {
    const hourly = every('0 35 * * * *');
    expect(findMissingStages(hourly, sweep, rows, [], at(49, 59))).toEqual([]);
    expect(findMissingStages(hourly, sweep, rows, [], at(50)).map(({ what }) => what)).toEqual([`list|${two}`]);
  });

  it('finds nothing once it is too late to begin anything', () => {
    expect(whatAt(at(41, 59))).toEqual([`list|${two}`]);
    expect(whatAt(at(42))).toEqual([]);
  });
});
