import { readFileSync } from 'node:fs';

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
  name: 'healthy' | 'faulty' | 'blind' | 'unwatched' | 'frozen';
  sweepSeconds: number;
  marks: Record<string, string>;
  rows: Recorded[];
}

/** Reads a recording that `npm run record` has made. */
export function readRecording(name: Recording['name']): Recording {
  const lines = readFileSync(new URL(`recorded/${name}.ndjson`, import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const [head, ...rows] = lines.map((line) => JSON.parse(line));
  return { name, ...head, rows };
}
