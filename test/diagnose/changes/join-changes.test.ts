import { describe, expect, it } from 'vitest';
import { type DetectedChange, isSameOrPart, joinChanges, type LoggedOperation } from '../../../src/diagnose/changes/join-changes.ts';

const table = '/subscriptions/s/resourceGroups/rg-hub/providers/Microsoft.Network/routeTables/rt-spoke';
const ana = { name: 'ana@contoso.com', objectId: '11111111-1111-4111-8111-111111111111' };
const logged = (more: Partial<LoggedOperation> = {}): LoggedOperation => ({
  time: '2026-11-30T02:56:00.000Z',
  resourceId: `${table.toUpperCase()}/routes/def`,
  operation: 'Microsoft.Network/routeTables/routes/write',
  caller: ana,
  ...more,
});
const detected = (more: Partial<DetectedChange> = {}): DetectedChange => ({
  time: '2026-11-30T02:57:10.000Z',
  resourceId: table,
  operation: 'microsoft.network/routetables/write',
  caller: { name: 'ana@contoso.com' },
  properties: [{ property: 'properties.routes["def"].properties.nextHopIpAddress', before: '10.0.0.5', after: '10.0.0.4' }],
  ...more,
});
const all = () => true;

describe('the two change logs of Azure', () => {
  it('become one entry: time and caller of the one, values of the other', () => {
    expect(joinChanges([logged()], [detected()], all, [], true)).toEqual([
      {
        time: '2026-11-30T02:56:00.000Z',
        resourceId: logged().resourceId,
        operation: 'Microsoft.Network/routeTables/routes/write',
        by: 'ana@contoso.com',
        property: 'properties.routes["def"].properties.nextHopIpAddress',
        before: '10.0.0.5',
        after: '10.0.0.4',
      },
    ]);
  });

  it('each tell alone of what the other does not have yet', () => {
    const other = logged({ resourceId: '/subscriptions/s/resourceGroups/rg-hub/providers/Microsoft.Network/networkSecurityGroups/nsg' });
    expect(joinChanges([other], [], all, [], false)).toHaveLength(1);
    expect(joinChanges([], [detected()], all, [], false)).toMatchObject([{ before: '10.0.0.5', time: detected().time }]);
    expect(joinChanges([other], [detected()], all, [], false)).toHaveLength(2);
  });

  it('are not joined where Resource Graph saw it long after, or before', () => {
    for (const time of ['2026-11-30T03:20:00.000Z', '2026-11-30T02:40:00.000Z'])
      expect(joinChanges([logged()], [detected({ time })], all, [], false)).toHaveLength(2);
  });

  it('leave out what does not lie on the way', () => {
    expect(joinChanges([logged()], [detected()], () => false, [], true)).toEqual([]);
  });
});

describe('who changed something', () => {
  const byOf = (caller: LoggedOperation['caller'], showNames: boolean, identities: string[] = []) =>
    joinChanges([logged({ caller })], [], all, identities, showNames)[0]!.by;

  it('is named only where the settings allow it; otherwise by the object id, or not at all', () => {
    expect(byOf(ana, true)).toBe('ana@contoso.com');
    expect(byOf(ana, false)).toBe(ana.objectId);
    expect(byOf({ name: 'ana@contoso.com' }, false)).toBeUndefined();
    expect(byOf({ name: ana.objectId }, false)).toBe(ana.objectId);
  });

  it('is in no value either, unless names are shown', () => {
    const properties = [{ property: 'properties.contact', before: 'ana@contoso.com', after: '["bob@contoso.com"]' }];
    const values = (showNames: boolean) =>
      joinChanges([], [detected({ properties })], all, [], showNames).map(({ before, after }) => [before, after]);
    expect(values(true)).toEqual([['ana@contoso.com', '["bob@contoso.com"]']]);
    expect(values(false)).toEqual([['…@…', '["…@…"]']]);
  });

  it('is AKS itself, by the identity of the cluster or the application of AKS', () => {
    expect(byOf({ name: ana.objectId.toUpperCase() }, false, [ana.objectId])).toBe('AKS itself');
    expect(byOf({ name: 'x', applicationId: '7319c514-987d-4e9b-ac3d-d38c4f427f4c' }, true)).toBe('AKS itself');
  });
});

describe('a resource and its parts', () => {
  it('belong together in any letter case, and not with a resource whose name begins alike', () => {
    expect(isSameOrPart(table, `${table.toLowerCase()}/routes/def`)).toBe(true);
    expect(isSameOrPart(`${table}/routes/def`, table)).toBe(true);
    expect(isSameOrPart(table, `${table}-2`)).toBe(false);
  });
});
