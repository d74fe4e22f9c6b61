import { afterAll, beforeAll, beforeEach, describe, expect, it, type Mock, vi } from 'vitest';
import { openApplicationInsights } from '../../src/notify/application-insights.ts';
import { logSink } from '../../src/notify/log-sink.ts';
import type { Sink } from '../../src/notify/sink.ts';
import type { TelemetryEvent } from '../../src/notify/telemetry-event.ts';
import { readSettings } from '../../src/settings.ts';
import { json, type LoopbackAzure, serveHttps } from '../serve-https.ts';

const eventOf = (eventId: string): TelemetryEvent => ({
  name: 'NodeOutageStarted',
  time: '2026-11-21T09:35:02.000Z',
  properties: { eventId, node: 'aks-web-vmss000000', message: 'first line\nsecond "line"' },
  measurements: { members: 3 },
});
const noToken = { getToken: () => Promise.reject(new Error('no token was to be asked for')) };
const settingsWith = (more: Record<string, string>) => readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true', ...more });

/** A kind of sink, and what reached its other side. */
interface Kind {
  open(): Sink;
  received(): TelemetryEvent[];
}

/** What every sink is to do, whatever lies behind it. */
function describeSink(kind: string, { open, received }: Kind): void {
  describe(`the sink ${kind}`, () => {
    it('has a name by which what it accepted can be noted', () => {
      expect(open().name).toMatch(/^[A-Za-z][A-Za-z0-9-]{0,63}$/);
      expect(open().name).toBe(open().name);
    });

    it('hands each event over as it is, and names those that it accepted', async () => {
      const events = ['one', 'two', 'three'].map(eventOf);
      expect(await open().deliver(events)).toEqual(new Set(['one', 'two', 'three']));
      expect(received()).toEqual(events);
    });

    it('takes an event again that it has accepted', async () => {
      const sink = open();
      for (let time = 0; time < 2; time++) expect(await sink.deliver([eventOf('one')])).toEqual(new Set(['one']));
      expect(received()).toEqual([eventOf('one'), eventOf('one')]);
    });

    it('accepts nothing where there is nothing', async () => {
      expect(await open().deliver([])).toEqual(new Set());
      expect(received()).toEqual([]);
    });

    it('leaves events as they were', async () => {
      const event = Object.freeze({ ...eventOf('one'), properties: Object.freeze(eventOf('one').properties) });
      await open().deliver([event]);
      expect(event).toEqual(eventOf('one'));
    });
  });
}

let azure: LoopbackAzure;
let warn: Mock;
beforeAll(async () => {
  azure = await serveHttps(({ body }, response) => {
    const count = JSON.parse(body).length;
    json(response, 200, { itemsReceived: count, itemsAccepted: count, errors: [] });
  });
});
afterAll(() => azure.close());
beforeEach(() => {
  azure.received.length = 0;
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {}) as Mock;
  warn.mockClear();
});

describeSink('log', {
  open: () => logSink,
  received: () =>
    warn.mock.calls.map(([line]) => {
      const { kind, ...event } = JSON.parse(String(line).replace(/^warning: /, ''));
      expect(kind).toBe('event');
      return event;
    }),
});

const connectionString = () => `InstrumentationKey=00000000-1111-4222-8333-444444444444;IngestionEndpoint=${azure.url}/`;
describeSink('ApplicationInsights', {
  open: () => openApplicationInsights(settingsWith({ APPLICATIONINSIGHTS_CONNECTION_STRING: connectionString() }), noToken)[0]!,
  received: () =>
    azure.received
      .flatMap(({ body }) => JSON.parse(body))
      .map(({ time, data: { baseData } }) => {
        const { name, properties, measurements } = baseData;
        return { name, time, properties, measurements };
      }),
});
