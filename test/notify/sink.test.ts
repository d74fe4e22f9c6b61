import { describe, expect, it, vi } from 'vitest';
import { deliverEach, deliverToAll } from '../../src/notify/sink.ts';
import type { TelemetryEvent } from '../../src/notify/telemetry-event.ts';
import { FakeSink } from './fake-sink.ts';

const eventOf = (eventId: string): TelemetryEvent => ({ name: 'ProberError', time: '2026-11-21T09:35:02.000Z', properties: { eventId } });
const idsOf = ({ accepted }: FakeSink) => accepted.map(({ properties }) => properties.eventId);
const down = () => Object.assign(new FakeSink('down'), { down: true });

describe('deliverToAll', () => {
  it('sends an event to every sink, also where one of them fails, and then fails as that one did', async () => {
    const [mail, page] = [new FakeSink('mail'), new FakeSink('page')];
    await deliverToAll([mail, page], eventOf('one'));
    await expect(deliverToAll([mail, down(), page], eventOf('two'))).rejects.toThrow('expected down to accept events, got 503');
    expect([idsOf(mail), idsOf(page)]).toEqual([
      ['one', 'two'],
      ['one', 'two'],
    ]);
  });

  it('says how many fail where several do', async () => {
    const failure = deliverToAll([down(), new FakeSink('mail'), down()], eventOf('one'));
    await expect(failure).rejects.toThrow('expected 3 sinks to accept an event, 2 of them failed');
  });
});

describe('deliverEach', () => {
  it('sends each sink its own events, says what each accepted, and logs which one failed', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    const [mail, page] = [new FakeSink('mail'), new FakeSink('page')];
    page.accepts = ({ properties }) => properties.eventId !== 'two';
    const events: Record<string, TelemetryEvent[]> = { mail: [eventOf('one')], page: ['one', 'two'].map(eventOf), down: [eventOf('one')] };
    const deliveries = await deliverEach([mail, down(), page], (sink) => events[sink]!, 'outages of shop');
    expect(deliveries).toEqual([
      { sink: 'mail', accepted: new Set(['one']) },
      { sink: 'down', accepted: new Set() },
      { sink: 'page', accepted: new Set(['one']) },
    ]);
    expect(error.mock.calls).toEqual([
      [expect.stringContaining('outages of shop could not be delivered to down and will be sent again: Error: expected down')],
    ]);
    error.mockRestore();
  });

  it('asks nothing of a sink that has nothing to get', async () => {
    const sink = down();
    expect(await deliverEach([sink], () => [], 'outages of shop')).toEqual([{ sink: 'down', accepted: new Set() }]);
    expect(sink.refused).toEqual([]);
  });
});
