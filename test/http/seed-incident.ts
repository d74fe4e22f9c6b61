import type { Services } from '../../src/services.ts';
import { type StoredIncident, writeIncidents } from '../../src/tables/incident-rows.ts';

export const INCIDENT = '20261121T115000Z-0a1b2c3d';

/** Stores an incident that is open, as judging the fleet does. */
export async function seedIncident(services: Services, more: Partial<StoredIncident> = {}): Promise<void> {
  const now = services.now().toISOString();
  const incident: StoredIncident = {
    subject: INCIDENT,
    since: '2026-11-21T11:50:00.000Z',
    delivered: {},
    sweep: now,
    kind: 'outage',
    factor: 'region',
    value: 'westeurope',
    reason: 'ConnectionTimedOut',
    members: [],
    open: [],
    blind: 0,
    counts: { affected: 12, inside: 14, elsewhereAffected: 0, elsewhere: 40 },
    most: 12,
    nodes: 36,
    planned: 40,
    wide: false,
    grownAt: now,
    judgedAt: now,
    closed: false,
    ...more,
  };
  await writeIncidents(services.tables, { sweep: now, mark: now, turn: '' }, undefined, [{ incident }]);
}
