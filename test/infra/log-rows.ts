import type { Row } from './kql-expressions.ts';
import type { Recording } from './recording.ts';

/** Minutes between sweeps that alerts are deployed for by default. */
const DEPLOYED_MINUTES = 5;

/** When something of a recording happened, had its sweeps been as far apart as deployed ones: recorded time, stretched. */
export function stretch({ sweepSeconds, rows }: Recording, time: string): Date {
  const origin = Date.parse(rows[0]!.time);
  return new Date(origin + (Date.parse(time) - origin) * ((DEPLOYED_MINUTES * 60) / sweepSeconds));
}

/** The rows of a Log Analytics workspace that a recording leads to: envelopes become rows, texts `Properties`, numbers `Measurements`. */
export function toTables(recording: Recording): Map<string, Row[]> {
  const tables = new Map<string, Row[]>([
    ['AppEvents', []],
    ['AppAvailabilityResults', []],
    ['AppExceptions', []],
  ]);
  for (const { time, baseType, baseData } of recording.rows) {
    const { id, name, success, message, properties, measurements } = baseData;
    const row = {
      TimeGenerated: stretch(recording, time).toISOString(),
      Name: name,
      Properties: properties,
      Measurements: measurements ?? {},
      ...(baseType === 'AvailabilityData' ? { Id: id ?? '', Success: success ?? false, Message: message ?? '' } : {}),
    };
    tables.get(baseType === 'EventData' ? 'AppEvents' : 'AppAvailabilityResults')!.push(row);
  }
  return tables;
}
