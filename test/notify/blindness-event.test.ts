import { describe, expect, it } from 'vitest';
import { blindnessEvent } from '../../src/notify/blindness-event.ts';

const now = new Date('2026-11-21T09:42:00.000Z');
const cluster = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg-(pay).ments.shop';
const page = 'https://prober.example/api/status/';
const start = '2026-11-21T09:35:02.000Z';
const blind = (unknown: number) => ({ subject: cluster, unknown, planned: 15, reason: 'RunCommandTimedOut' as const });

describe('blindnessEvent', () => {
  it('says that nothing can be said of a cluster', () => {
    const { name, properties, measurements } = blindnessEvent(blind(9), 'started', start, page, now);
    expect({ name, measurements }).toEqual({ name: 'ClusterBlind', measurements: { unknown: 9, planned: 15 } });
    expect(properties).toMatchObject({
      eventId: `${cluster}|blind|${start}/started`,
      message: '9 of 15 nodes give no verdict',
      stage: 'agent',
      start,
      end: '',
    });
  });

  it('says when and after how long enough nodes give a verdict again', () => {
    const { name, properties, measurements } = blindnessEvent(blind(1), 'ended', start, page, now);
    expect({ name, measurements }).toEqual({ name: 'ClusterSighted', measurements: { unknown: 1, planned: 15, durationSeconds: 418 } });
    expect(properties).toMatchObject({ eventId: `${cluster}|blind|${start}/ended`, start, end: now.toISOString() });
  });

  it('tells of the moment that it is about, though both are sent at once', () => {
    const late = { subject: cluster, unknown: 4, planned: 4, reason: 'NoProof' as const, after: { unknown: 0, planned: 4 } };
    const told = (['started', 'ended'] as const).map((what) => blindnessEvent(late, what, start, undefined, now));
    expect(told.map(({ properties }) => properties.message)).toEqual([
      '4 of 4 nodes give no verdict',
      '0 of 4 nodes give no verdict: enough others do again',
    ]);
    expect(told.map(({ measurements }) => measurements?.unknown)).toEqual([4, 0]);
  });
});
