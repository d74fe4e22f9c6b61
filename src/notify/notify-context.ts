import type { Settings } from '../settings.ts';
import type { Tables } from '../tables/open-tables.ts';
import type { Sink } from './sink.ts';

/** What it takes to notify people: a part of the services. */
export interface NotifyContext {
  settings: Settings;
  tables: Tables;
  sinks: readonly Sink[];
  now(): Date;
}
