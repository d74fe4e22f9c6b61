import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';

/** One envelope as Application Insights was sent it, without its tags. */
export interface Recorded {
  time: string;
  baseType: string;
  baseData: {
    id?: string;
    name: string;
    success?: boolean;
    message?: string;
    duration?: string;
    properties: Record<string, string>;
    measurements?: Record<string, number>;
  };
}

/** What a run of the simulator sent, and when each part of it was over. */
export interface Recording {
  name:
    | 'healthy'
    | 'faulty'
    | 'blind'
    | 'unwatched'
    | 'frozen'
    | 'node'
    | 'flapping'
    | 'cluster'
    | 'hub'
    | 'parts'
    | 'left'
    | 'fleet'
    | 'rights'
    | 'firewall'
    | 'refusal';
  sweepSeconds: number;
  marks: Record<string, string>;
  rows: Recorded[];
}

/** A recording that is longer is kept compressed: nobody reads 500 clusters line by line. */
const LONGEST_TEXT = 200_000;

const folder = new URL('recorded/', import.meta.url);
const plain = (name: Recording['name']) => new URL(`${name}.ndjson`, folder);
const compressed = (name: Recording['name']) => new URL(`${name}.ndjson.gz`, folder);

/** Whether a run has been recorded. */
export const isRecorded = (name: Recording['name']): boolean => existsSync(plain(name)) || existsSync(compressed(name));

/** Reads a recording that `npm run record` has made. */
export function readRecording(name: Recording['name']): Recording {
  const text = existsSync(plain(name)) ? readFileSync(plain(name), 'utf8') : gunzipSync(readFileSync(compressed(name))).toString();
  const [head, ...rows] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { name, ...head, rows };
}

/** Keeps a recording among the tests. */
export async function writeRecording({ name, sweepSeconds, marks, rows }: Recording): Promise<void> {
  await mkdir(folder, { recursive: true });
  const text = `${[{ sweepSeconds, marks }, ...rows].map((line) => JSON.stringify(line)).join('\n')}\n`;
  if (text.length <= LONGEST_TEXT) return writeFile(plain(name), text);
  return writeFile(compressed(name), gzipSync(text, { level: 9 }));
}
