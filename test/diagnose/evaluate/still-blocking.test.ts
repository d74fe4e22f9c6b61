import { describe, expect, it } from 'vitest';
import { findingsOf, isStillBlocking, restsOnAnswers } from '../../../src/diagnose/evaluate/find.ts';
import {
  API,
  blind,
  caseOf,
  change,
  cluster,
  idOf,
  nameUnknown,
  network,
  nsg,
  type Parts,
  routed,
  rule,
  subnet,
  TABLE_ID,
  toAppliance,
  unread,
} from './world.ts';

/** Whether what was found first still blocks, with other settings than it was found with. */
const stillBlocks = (before: Parts, now: Parts['configuration']) => {
  const [first] = findingsOf(caseOf(before));
  expect(first?.kind).toBe('cause');
  return isStillBlocking(first!, caseOf({ ...before, configuration: now }));
};
const denies = { subnetNsg: nsg('nsg-shop', rule({ destinations: [API] })) };

describe('after the outage has ended, a cause', () => {
  it('was none if the same settings are still there', () => {
    expect(stillBlocks({ configuration: denies }, denies)).toBe(true);
  });

  it.each<[string, Parts['configuration']]>([
    ['the rule is gone', { subnetNsg: nsg('nsg-shop') }],
    [
      'a rule before it allows',
      { subnetNsg: nsg('nsg-shop', rule({ destinations: [API] }), rule({ name: 'let', access: 'Allow', priority: 100 })) },
    ],
    ['another NSG denies', { subnetNsg: nsg('nsg-other', rule({ destinations: [API] })) }],
    ['it could not be read again', { subnetNsg: unread(idOf('networkSecurityGroups', 'nsg-shop'), 'a') }],
    ['something that it rests on could not be read again', { ...denies, network: unread('/n', 'a') }],
  ])('may have been one if %s', (_, now) => {
    expect(stillBlocks({ configuration: denies }, now)).toBe(false);
  });

  it('is the same in whatever case its id is written', () => {
    const [first] = findingsOf(caseOf({ configuration: denies }));
    expect(isStillBlocking({ ...first!, resourceId: first!.resourceId!.toUpperCase() }, caseOf({ configuration: denies }))).toBe(true);
  });

  it('of a stopped cluster, or of blind nodes, is judged by what was seen during the outage', () => {
    const stopped = { cluster: cluster({ powerState: 'Stopped' }) };
    expect([stillBlocks({ configuration: stopped }, stopped), stillBlocks({ configuration: stopped }, {})]).toEqual([true, false]);
    const dropped = routed([{ ...toAppliance, type: 'None' }]);
    const parts = { configuration: dropped, observation: blind, changes: [change(TABLE_ID, 4)] };
    expect(stillBlocks(parts, dropped)).toBe(true);
    expect(stillBlocks(parts, { subnet: subnet({ routeTableId: TABLE_ID }), routeTable: routed([]).routeTable })).toBe(false);
  });

  it('that rests on the answers of DNS servers is neither confirmed nor disproved by settings', () => {
    const configuration = { network: network({ dnsServers: ['10.0.0.10'] }) };
    const observation = {
      ...nameUnknown,
      reason: 'ResolverDiffers',
      resolvers: ['10.0.0.10'],
      azureDns: { said: 'found', addresses: [API] },
    } as const;
    expect(stillBlocks({ configuration, observation }, configuration)).toBe(false);
    const now = caseOf({ configuration, observation });
    expect(restsOnAnswers(findingsOf(now)[0]!, now)).toBe(true);
    const denied = caseOf({ configuration: denies });
    expect(restsOnAnswers(findingsOf(denied)[0]!, denied)).toBe(false);
  });

  it('does not depend on neighbours, which are reachable again', () => {
    const [first] = findingsOf(caseOf({ configuration: denies }));
    expect(isStillBlocking(first!, caseOf({ configuration: denies, neighbours: { failing: 0, reachable: 9 } }))).toBe(true);
  });
});
