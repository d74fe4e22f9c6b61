import type { Bucket } from '../../model/pace.ts';
import { collectAfter, type FirstCollection, learnDelay } from '../../model/run-times.ts';
import type { Services } from '../../services.ts';
import type { Tables } from '../../tables/open-tables.ts';
import { updateCursors } from '../../tables/pace-rows.ts';

/** So many runs make a sample, or as many as there are in ten minutes. */
const SAMPLE = 250;
const LONGEST_MS = 600_000;

interface Sample extends FirstCollection {
  since: number;
}

const samples = new WeakMap<Tables, Map<string, Sample>>();

/**
 * Notes what a first collection found, and from time to time moves the delay of a region's first collections. What a process has noted and not yet used is
 * lost with it.
 *
 * @param seconds - the delay with which it was made.
 */
export async function noteFirstCollection(services: Services, bucket: Bucket, seconds: number, found: FirstCollection): Promise<void> {
  const { tables, settings, now } = services;
  const ofBuckets = samples.get(tables) ?? new Map<string, Sample>();
  samples.set(tables, ofBuckets);
  const name = `${bucket.subscriptionId}|${bucket.region}|${seconds}`;
  const time = now().getTime();
  const before = ofBuckets.get(name) ?? { done: 0, of: 0, since: time };
  const sample = { done: before.done + found.done, of: before.of + found.of, since: before.since };
  ofBuckets.set(name, sample);
  if (sample.of < SAMPLE && time - sample.since < LONGEST_MS) return;
  ofBuckets.delete(name);
  const next = collectAfter(settings, learnDelay(seconds, sample));
  if (next === seconds) return;
  // Whoever has learned more since started from another delay, and is followed.
  await updateCursors(tables, bucket, (cursors) =>
    collectAfter(settings, cursors.collectAfter) === seconds ? { ...cursors, collectAfter: next } : undefined,
  );
}
