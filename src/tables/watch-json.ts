import type { Series, Watch, Watched } from '../model/watch.ts';
import * as z from '../zod.ts';
import { readJson } from './read-json.ts';

/** Numbers as text, with runs of equal numbers shortened: `1800 3600x23`. */
const writeRuns = (values: readonly number[]) => {
  const runs: { value: number; times: number }[] = [];
  for (const value of values) {
    const last = runs.at(-1);
    if (last?.value === value) last.times += 1;
    else runs.push({ value, times: 1 });
  }
  return runs.map(({ value, times }) => (times === 1 ? `${value}` : `${value}x${times}`)).join(' ');
};

const MOST = 31;
const runs = z
  .pipe(
    z.string().check(z.regex(/^(\d{1,15}(x\d{1,2})?( |$))*$/)),
    z.transform((text) =>
      text.split(' ').flatMap((run) => {
        const [value, times = '1'] = run.split('x');
        return value === '' || value === undefined ? [] : Array<number>(Number(times)).fill(Number(value));
      }),
    ),
  )
  .check(z.refine((values) => values.length <= MOST));

const series = z.pipe(
  z.tuple([z.int().check(z.nonnegative()), runs, z.optional(runs), z.optional(runs)]),
  z.transform(([first, watched, down = [], maintained = []]): Series => {
    // A row without outages has no second list, and one without maintenance no third.
    return { first, watched, down: watched.map((_, n) => down[n] ?? 0), maintained: watched.map((_, n) => maintained[n] ?? 0) };
  }),
);

const ofNodes = { h: series, d: series };

/** Schema of the stored watched time of several nodes. */
export const watchedJson = z.pipe(
  z.object(ofNodes),
  z.transform(({ h, d }): Watched => ({ hours: h, days: d })),
);

/** Schema of a node's stored watched time: about a hundred characters on a healthy day. */
export const watchJson = z.pipe(
  z.object({
    ...ofNodes,
    since: z.optional(z.string()),
    undecided: z._default(z.array(z.tuple([z.number(), z.number()])), []),
    stopped: z.optional(z.string()),
  }),
  z.transform(({ h, d, since, undecided, stopped }): Watch => ({ hours: h, days: d, since, undecided, stoppedAt: stopped })),
);

/** The runs of a series of which most is 0: what is missing at its end is. */
const writeDown = (values: readonly number[]) => writeRuns(values.slice(0, values.findLastIndex((each) => each > 0) + 1));

function briefly({ first, watched, down, maintained }: Series) {
  const parts = [writeDown(down), writeDown(maintained)];
  while (parts.at(-1) === '') parts.pop();
  return [first, writeRuns(watched), ...parts];
}

/** Converts watched time to a value that `watchedJson` reads. */
export function toWatchedJson({ hours, days }: Watched) {
  return { h: briefly(hours), d: briefly(days) };
}

/** Converts a node's watched time to a value that `watchJson` reads. */
export function toWatchJson({ since, undecided, stoppedAt, ...watched }: Watch) {
  return { ...toWatchedJson(watched), since, ...(undecided.length > 0 && { undecided }), stopped: stoppedAt };
}

/** Reads a node's watched time from its row; undefined if it is absent or cannot be read. */
export function readWatch(value: unknown): Watch | undefined {
  return readJson(watchJson, value ?? '', undefined);
}
