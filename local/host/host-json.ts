import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { LOG_LEVELS, type LogLevel } from './log.ts';

const TIME_SPAN = /^(?:(\d+)\.)?([01]?\d|2[0-3]):([0-5]?\d):([0-5]?\d(?:\.\d{1,7})?)$/;

/** "hh:mm:ss" or "d.hh:mm:ss", in milliseconds. Hours stop at 23: .NET reads "24:00:00" as 24 days. */
const timeSpanMs = z.string().transform((text, { addIssue }) => {
  const [, days = '0', hours, minutes, seconds] = TIME_SPAN.exec(text) ?? [];
  if (!hours) addIssue(`expected a time span "hh:mm:ss" or "d.hh:mm:ss", got "${text}"`);
  return (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
});

// https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue#host-json
const queues = z
  .object({
    batchSize: z.int().min(1).max(32).default(16),
    newBatchThreshold: z.int().min(0).optional(),
    maxDequeueCount: z.int().min(1).default(5),
    visibilityTimeout: timeSpanMs.prefault('00:00:00'),
    maxPollingInterval: timeSpanMs.pipe(z.number().min(100)).prefault('00:01:00'),
    messageEncoding: z.enum(['base64', 'none']).default('base64'),
  })
  .transform(({ visibilityTimeout, maxPollingInterval, newBatchThreshold, ...rest }) => ({
    ...rest,
    newBatchThreshold: newBatchThreshold ?? Math.floor(rest.batchSize / 2),
    visibilityTimeoutMs: visibilityTimeout,
    maxPollingIntervalMs: maxPollingInterval,
  }));

// .NET reads the names of levels in any letter case, and knows no others.
const logLevel = z
  .string()
  .transform((text) => text.toLowerCase())
  .pipe(z.enum(LOG_LEVELS));

const hostJson = z
  .object({
    version: z.literal('2.0'),
    // "-1" is no limit.
    functionTimeout: z.literal('-1').or(timeSpanMs).prefault('00:30:00'),
    logging: z.object({ logLevel: z.record(z.string(), logLevel).default({}) }).prefault({}),
    extensions: z
      .object({ http: z.object({ routePrefix: z.string().default('api') }).prefault({}), queues: queues.prefault({}) })
      .prefault({}),
  })
  .transform(({ functionTimeout, logging, extensions }) => ({
    functionTimeoutMs: functionTimeout === '-1' ? Number.POSITIVE_INFINITY : functionTimeout,
    lowestLevel: (category: string) => lowestLevel(logging.logLevel, category),
    routePrefix: extensions.http.routePrefix,
    queues: extensions.queues,
  }));

/** The lowest level that is kept of a category: that of the longest matching prefix, in any letter case; dots have no meaning. */
function lowestLevel(levels: Record<string, LogLevel>, category: string): LogLevel {
  const named = Object.entries(levels).map(([name, level]) => ({
    prefix: name.toLowerCase() === 'default' ? '' : name.toLowerCase(),
    level,
  }));
  const fitting = named.filter(({ prefix }) => category.toLowerCase().startsWith(prefix));
  return fitting.sort((a, b) => b.prefix.length - a.prefix.length)[0]?.level ?? 'information';
}

/** The part of host.json that this host respects; durations in milliseconds, infinite where the file says so. */
export type HostOptions = z.output<typeof hostJson>;
export type QueueOptions = HostOptions['queues'];

/**
 * Reads the app's host.json; what this host does not know is ignored.
 * @throws When the file is missing or not JSON; or with a list of every value that is out of range.
 */
export function readHostJson(appDir: string): HostOptions {
  const file = join(appDir, 'host.json');
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`Expected JSON in ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  const parsed = hostJson.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new Error(`${file}: ${parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`);
}
