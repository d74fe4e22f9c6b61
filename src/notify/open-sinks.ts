import type { TokenCredential } from '@azure/identity';
import type { Settings } from '../settings.ts';
import type { WorkQueue } from '../sweep/queue/work-queue.ts';
import type { Tables } from '../tables/open-tables.ts';
import { openApplicationInsights } from './application-insights.ts';
import { openLog } from './log-sink.ts';
import type { Sink } from './sink.ts';
import { openWebhooks } from './webhooks/webhook-sink.ts';

/** What sinks are made of: a part of the services. */
export interface SinkContext {
  settings: Settings;
  credential: TokenCredential;
  tables: Tables;
  queue: WorkQueue;
  now(): Date;
}

/** Every kind of sink; each opens those that the settings name. */
const kinds: readonly ((context: SinkContext) => readonly Sink[])[] = [
  ({ settings, credential }) => openApplicationInsights(settings, credential),
  ({ settings }) => openLog(settings),
  openWebhooks,
];

/** Opens the sinks that the settings name. */
export function openSinks(context: SinkContext): readonly Sink[] {
  return kinds.flatMap((open) => open(context));
}
