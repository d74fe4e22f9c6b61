import { describe, expect, it } from 'vitest';
import { currentMaintenance, recentMaintenance } from '../../src/model/cluster-maintenance.ts';

const at = (time: string) => new Date(`2026-11-22T${time}:00.000Z`);
const iso = (time: string) => at(time).toISOString();
const tag = 'Sun 20:00Z/PT2H';
const request = { from: iso('21:00'), until: iso('23:00'), by: 'Ann at 192.0.2.7', reason: 'new firewall' };

describe('currentMaintenance', () => {
  it('is that of the tag, or that somebody asked for', () => {
    expect(currentMaintenance({ tag }, at('20:00'))).toEqual({ from: iso('20:00'), until: iso('22:00'), source: 'tag' });
    const { by, reason } = request;
    expect(currentMaintenance({ request }, at('21:00'))).toEqual({
      from: iso('21:00'),
      until: iso('23:00'),
      source: 'request',
      by,
      reason,
    });
  });

  it('is one from beginning to end where both overlap, and says who asked while that request is on', () => {
    const whole = { from: iso('20:00'), until: iso('23:00') };
    expect(currentMaintenance({ tag, request }, at('20:30'))).toEqual({ ...whole, source: 'tag' });
    expect(currentMaintenance({ tag, request }, at('21:30'))).toMatchObject({ ...whole, source: 'request', by: request.by });
  });

  it('is none before, after, and where nothing says so or what says so cannot be read', () => {
    expect(currentMaintenance({ tag, request }, at('19:59'))).toBeUndefined();
    expect(currentMaintenance({ tag, request }, at('23:00'))).toBeUndefined();
    expect(currentMaintenance({}, at('21:00'))).toBeUndefined();
    expect(currentMaintenance({ tag: 'on' }, at('21:00'))).toBeUndefined();
  });
});

describe('recentMaintenance', () => {
  it('is what was on within the last day, or longer where asked for', () => {
    const monday = new Date('2026-11-23T21:59:00.000Z');
    const seen = (agoMs?: number) => recentMaintenance({ tag }, monday, agoMs).map(({ from }) => new Date(from).toISOString());
    expect(seen()).toEqual([iso('20:00')]);
    expect(recentMaintenance({ tag }, new Date('2026-11-23T22:00:00.000Z'))).toEqual([]);
    expect(seen(8 * 86_400_000)).toEqual(['2026-11-15T20:00:00.000Z', iso('20:00')]);
  });
});
