import { describe, expect, it } from 'vitest';
import { readOutages } from '../../src/tables/outage-rows.ts';
import { grantedRoles, grantModes } from '../simulator/granted-roles.ts';
import { fleetOf, idOf, open, sick } from './field-world.ts';

const everyKind = fleetOf({
  ill: [
    { name: 'web', count: 2 },
    { name: 'flex', count: 2, type: 'FlexibleScaleSet' },
    { name: 'vms', count: 2, type: 'VirtualMachines' },
  ],
  well: 3,
});
const refusedIn = async (world: Awaited<ReturnType<typeof open>>) => Object.keys((await world.requests()).refusedByAction);

describe.each(grantModes)('where Azure refuses whatever the roles do not grant, and Run Command is granted on %s', (mode) => {
  it('every kind of node is probed, and an outage is found and searched without a single refusal', { timeout: 120_000 }, async () => {
    const world = await open(everyKind, { roles: grantedRoles(mode) });
    sick.add('ill');
    const { ledger } = await world.sweep();
    expect(ledger).toMatchObject({ known: 9, unreachable: 6, reachable: 3 });
    const searched = await world.workUntil('a search for the cause', async () => {
      const [outage] = await readOutages(world.services().tables, idOf('ill'), { which: 'all' });
      return outage?.outage.searchedAt === undefined ? undefined : outage.outage;
    });
    expect(searched.node).toBeUndefined();
    expect(await refusedIn(world)).toEqual([]);
  });

  it('without the optional role only searches are refused', { timeout: 120_000 }, async () => {
    const world = await open(everyKind, { roles: grantedRoles(mode, false) });
    sick.add('ill');
    const { ledger } = await world.sweep();
    expect(ledger).toMatchObject({ known: 9, unreachable: 6, reachable: 3 });
    const searches = grantedRoles(mode)[2]!.actions;
    expect((await refusedIn(world)).filter((action) => !searches.includes(action))).toEqual([]);
  });

  it('nothing runs without the role for Run Command', { timeout: 120_000 }, async () => {
    const [reads, , searches] = grantedRoles(mode);
    const world = await open(everyKind, { roles: [reads!, searches!] });
    const { ledger } = await world.sweep();
    expect(ledger).toMatchObject({ known: 9, reachable: 0, unknown: 9, byReason: { AccessDenied: 9 } });
    expect((await world.requests()).runCommand.started).toBe(0);
  });
});
