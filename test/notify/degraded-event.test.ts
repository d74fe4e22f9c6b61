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
const eventOf = (what: 'started' | 'ended', after?: { notServed: number; asked: number }) =>
  degradedEvent({ ...degraded, after }, what, sweep, 'https://prober.example/api/status', now);

describe('the event of a degraded cluster', () => {
  it('says how many nodes reach an API server that does not serve them, and why', () => {
    const { name, properties, measurements } = eventOf('started', { notServed: 0, asked: 4 });
    expect({ name, measurements }).toEqual({ name: 'ClusterDegraded', measurements: { notServed: 3, asked: 4 } });
    expect(eventSchemas.ClusterDegraded.properties.parse(properties)).toMatchObject({
      eventId: `${cluster}|degraded|${sweep}/started`,
      reason: 'EtcdUnavailable',
      stage: 'served',
      sentence: reasons.EtcdUnavailable.sentence,
      message: 'The API server does not serve 3 of the 4 nodes that reached it and asked',
      start: '2026-11-21T09:35:02.000Z',
      end: '',
      nodes: 'a,b,c',
    });
  });

  it.each([
    [0, 'The API server serves its nodes again'],
    [1, '1 of the 5 nodes that asked is still not served'],
    [2, '2 of the 5 nodes that asked are still not served'],
  ])('says when and after how long it is over, and that %s nodes are still not served then', (notServed, message) => {
    const { name, properties, measurements } = eventOf('ended', { notServed, asked: 5 });
    expect(name).toBe('ClusterRestored');
    expect(eventSchemas.ClusterRestored.measurements.parse(measurements)).toEqual({ notServed, asked: 5, durationSeconds: 418 });
    expect(eventSchemas.ClusterRestored.properties.parse(properties)).toMatchObject({
      eventId: `${cluster}|degraded|${sweep}/ended`,
      message,
      end: now.toISOString(),
    });
  });

  it('says nothing of being served where the cluster is not watched for it any more', () => {
    const { properties, measurements } = eventOf('ended');
    expect(eventSchemas.ClusterRestored.measurements.parse(measurements)).toEqual({ durationSeconds: 418 });
    expect(eventSchemas.ClusterRestored.properties.parse(properties).message).toBe(
      'The cluster is not watched for this any more: it was stopped, deleted or excluded, or its nodes are not asked',
    );
  });
});
