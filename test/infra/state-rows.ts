import type { Row } from './kql-expressions.ts';

/** What an availability result says of a cluster, unless a test says otherwise: seen, up, and nothing to tell. */
const CALM = {
  clusterOutage: 'false',
  openNodeOutages: '0',
  blind: 'false',
  seen: 'true',
  coverage: '1.0000',
  coverageReason: '',
  incident: '',
  maintenance: 'false',
  unseenNodes: '0',
  degraded: 'false',
};
const SUBSCRIPTION = 'aaaaaaaa-0000-4000-8000-000000000008';

const START = Date.parse('2026-10-01T03:00:00.000Z');
/** A moment, in minutes since the rows of a test begin. */
export const at = (minute: number): Date => new Date(START + minute * 60_000);

export const idOf = (name: string): string => `${SUBSCRIPTION}.rg-${name}.${name}`;
export const targetOf = (name: string): string =>
  `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-${name}/providers/Microsoft.ContainerService/managedClusters/${name}`;
export const pageOf = (name: string): string => `https://func-example.azurewebsites.net/api/status/clusters/${idOf(name)}`;

/** The words of one condition of a cluster, as an availability result has them. */
export const words = (subject: string, settled = true) => ({
  subject,
  what: subject,
  counts: '3 of 3',
  since: at(0).toISOString(),
  why: 'No answer came in time.',
  changed: '-',
  settled,
});

/**
 * The state of a cluster as a result gives it.
 *
 * @param sweep - the minute at which the sweep began that the result is of.
 * @param minute - when it was sent.
 */
export function clusterRow(name: string, sweep: number, minute: number, state: Record<string, string> = {}, alerts: object = {}): Row {
  const about = { cluster: idOf(name), clusterName: name, subscriptionId: SUBSCRIPTION, target: targetOf(name), page: pageOf(name) };
  return {
    TimeGenerated: at(minute).toISOString(),
    Id: `${at(sweep).toISOString()}|${name}|${minute}`,
    Name: idOf(name),
    Properties: { ...about, ...CALM, ...state, alerts: JSON.stringify(alerts) },
  };
}

/** The state of an incident. */
export function incidentRow(incident: string, minute: number, state: Record<string, string> = {}): Row {
  const { settled, ...said } = words('12 clusters down behind hub-fw since 03:00 UTC');
  return {
    TimeGenerated: at(minute).toISOString(),
    Id: `${incident}|${minute}`,
    Name: `incident/${incident}`,
    Properties: {
      incident,
      open: 'true',
      kind: 'outage',
      severity: '1',
      settled: String(settled),
      page: '-',
      runbook: '-',
      ...said,
      ...state,
    },
  };
}

/** The heartbeat of a sweep. */
export function heartbeatRow(
  sweep: number,
  minute: number,
  properties: Record<string, string> = {},
  measurements: Record<string, number> = {},
): Row {
  return {
    TimeGenerated: at(minute).toISOString(),
    Name: 'SweepCompleted',
    Properties: { sweep: at(sweep).toISOString(), starter: 'timer', gaps: '', blind: 'false', ...properties },
    Measurements: measurements,
  };
}

/** The tables of a workspace that hold these rows, each where it belongs. */
export function tablesOf(...rows: Row[]): Map<string, Row[]> {
  return new Map([
    ['AppEvents', rows.filter(({ Id }) => Id === undefined)],
    ['AppAvailabilityResults', rows.filter(({ Id }) => Id !== undefined)],
    ['AppExceptions', []],
  ]);
}
