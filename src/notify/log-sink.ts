import { log } from '../log.ts';
import type { Settings } from '../settings.ts';
import type { Sink } from './sink.ts';

/** Writes each event as a line of JSON; all are accepted. */
export const logSink: Sink = {
  name: 'log',
  async deliver(events) {
    for (const event of events) log.warn(JSON.stringify({ kind: 'event', ...event }));
    return new Set(events.map(({ properties }) => properties.eventId));
  },
};

/** The log is a sink where there is no Application Insights. */
export function openLog({ APPLICATIONINSIGHTS_CONNECTION_STRING }: Settings): readonly Sink[] {
  return APPLICATIONINSIGHTS_CONNECTION_STRING === undefined ? [logSink] : [];
}
