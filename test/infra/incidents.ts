import { readRules } from './alert-rules.ts';
import { stretch, toTables } from './log-rows.ts';
import { type Recording, readRecording } from './recording.ts';
import { type Notice, replayRules } from './replay-rules.ts';

const MINUTE = 60_000;
/** For how long a workspace is watched after its last row: less than it takes until a prober counts as silent, and enough for alerts to be resolved. */
const WATCHED_AFTER = 25;

/** Something that happens to a fleet, as it was recorded, and how it reaches those who look. */
interface Incident {
  recording: Recording['name'];
  lateMinutes?: number;
  /** So many clusters are told of by themselves, since they are left when the others are well, and are too few for an incident. */
  alone?: number;
  /** After so many sweeps nothing is sent any more; that is what happens. */
  silentAfter?: number;
}

/** What people are told of, by what happens. Each is one thing, and to be told once. */
export const incidents: Readonly<Record<string, Incident>> = {
  'nothing, and telemetry is 10 minutes late': { recording: 'healthy', lateMinutes: 10 },
  'one node': { recording: 'node' },
  'a flapping node': { recording: 'flapping' },
  'one cluster': { recording: 'cluster' },
  'one cluster, and telemetry is 10 minutes late': { recording: 'cluster', lateMinutes: 10 },
  '12 clusters behind one hub': { recording: 'hub' },
  '12 clusters that heal in parts': { recording: 'parts' },
  '12 clusters of which two stay down': { recording: 'left', alone: 2 },
  '500 clusters': { recording: 'fleet' },
  'the fleet is unseen: no rights': { recording: 'rights' },
  'the fleet is unseen: a firewall before all nodes': { recording: 'firewall' },
  'the fleet is unseen: Run Command is refused': { recording: 'refusal' },
  'the prober falls silent': { recording: 'healthy', silentAfter: 3 },
};

/** A notice, with the minutes since what happened. */
export interface Told extends Notice {
  minutes: number;
}

/** Replays what happened, through every rule as it is deployed, and returns what people are told. */
export function whatPeopleAreTold({ recording: name, lateMinutes = 0, silentAfter }: Incident): Told[] {
  const recording = readRecording(name);
  const beats = recording.rows.filter(({ baseData }) => baseData.name === 'SweepCompleted').map(({ time }) => time);
  // What comes after the last heartbeat belongs to a sweep that was cut off with the recording.
  const last = silentAfter === undefined ? beats.at(-1)! : beats[silentAfter - 1]!;
  const tables = toTables({ ...recording, rows: recording.rows.filter(({ time }) => time <= last) });
  const began = stretch(recording, recording.marks.fault ?? last).getTime();
  const until = stretch(recording, last).getTime() + (silentAfter === undefined ? WATCHED_AFTER : 60) * MINUTE;
  // What came before is not in the recording.
  const from = new Date(stretch(recording, beats[0]!).getTime() + lateMinutes * MINUTE);
  const watch = { from, to: new Date(until), lateMinutes };
  return replayRules(readRules(), tables, watch).map((notice) => ({
    ...notice,
    minutes: Math.round((notice.at.getTime() - began) / MINUTE),
  }));
}
