import { describe, expect, it } from 'vitest';
import { reasons } from '../../src/model/reasons.ts';
import { degradedEvent } from '../../src/notify/degraded-event.ts';
import { eventSchemas } from '../../src/notify/event-schemas.ts';

const now = new Date('2026-11-21T09:42:00.000Z');
const cluster = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.shop';
const sweep = '2026-11-21T09:40:00Z';
const degraded = {
  subject: cluster,
  reason: 'EtcdUnavailable' as const,
  notServed: 3,
  asked: 4,
  names: ['a', 'b', 'c'],
  degradedSince: '2026-11-21T09:35:02.000Z',
  since: sweep,
  sweep,
};
const eventOf = (what: 'started' | 'ended') => degradedEvent(degraded, what, sweep, 'https://prober.example/api/status', now);

describe('the event of a degraded cluster', () => {
  it('says how many nodes reach an API server that does not serve them, and why', () => {
    const { name, properties, measurements } = eventOf('started');
    expect({ name, measurements }).toEqual({ name: 'ClusterDegraded', measurements: { notServed: 3, asked: 4 } });
    expect(eventSchemas.ClusterDegraded.properties.parse(properties)).toMatchObject({
      eventId: `${cluster}|degraded|${sweep}/started`,
      reason: 'EtcdUnavailable',
      stage: 'served',
      sentence: reasons.EtcdUnavailable.sentence,
      message: '3 of 4 nodes reach their API server, and it does not serve them',
      start: '2026-11-21T09:35:02.000Z',
      end: '',
      nodes: 'a,b,c',
    });
  });

  it('says when and after how long it is over', () => {
    const { name, properties, measurements } = eventOf('ended');
    expect(name).toBe('ClusterRestored');
    expect(eventSchemas.ClusterRestored.measurements.parse(measurements)).toEqual({ notServed: 3, asked: 4, durationSeconds: 418 });
    expect(eventSchemas.ClusterRestored.properties.parse(properties)).toMatchObject({
      eventId: `${cluster}|degraded|${sweep}/ended`,
      end: now.toISOString(),
    });
  });
});
