import { describe, expect, it } from 'vitest';
import { newRequestPrefix, requestIdOf, requestPrefixOfCheck } from '../../src/probe/request-id.ts';
import { ALL_RULES, firing, readRules } from './alert-rules.ts';
import type { Row } from './kql-expressions.ts';

const PROBER = ALL_RULES.principalId;
const rule = readRules(ALL_RULES).find(({ name }) => name === 'unknown-runs')!;
const start = Date.parse('2026-11-30T10:00:00Z');
const at = (minute: number) => new Date(start + minute * 60_000);
const sweepAt = (minute: number) => at(minute).toISOString().replace('.000', '');
const prefixes = new Map<number, string>();
/** How the requests of a sweep begin, which nobody can tell from its time. */
function prefixAt(minute: number): string {
  const prefix = prefixes.get(minute) ?? newRequestPrefix();
  prefixes.set(minute, prefix);
  return prefix;
}
const CHECK = requestPrefixOfCheck('2026-11-30-0123456789abcdef');

const completed = (minute: number): Row => ({
  TimeGenerated: at(minute + 2).toISOString(),
  Name: 'SweepCompleted',
  Properties: { sweep: sweepAt(minute), requests: prefixAt(minute) },
  Measurements: { reachable: 1 },
});
const check: Row = {
  TimeGenerated: at(7).toISOString(),
  Name: 'CheckStarted',
  Properties: { requests: CHECK },
  Measurements: {},
};
// What the prober did in the hour before is settled, and not looked at: of a check that ran then, the event may have left the window.
const sweeps = [-70, 0, 5, 10, 15, 20, 25].map(completed);

let runs = 0;
/** A run as Azure's Activity Log has it, with each of its records. */
function run(
  minute: number,
  request: string,
  other: Partial<Record<'Caller' | 'Claims' | 'CorrelationId' | '_ResourceId', string>> = {},
): Row[] {
  runs += 1;
  const record = {
    OperationNameValue: 'MICROSOFT.COMPUTE/VIRTUALMACHINESCALESETS/VIRTUALMACHINES/RUNCOMMAND/ACTION',
    Caller: PROBER.toUpperCase(),
    Claims: '{}',
    CallerIpAddress: '203.0.113.7',
    CorrelationId: `correlation-${runs}`,
    HTTPRequest: JSON.stringify({ clientRequestId: request, clientIpAddress: '203.0.113.7', method: 'POST' }),
    _ResourceId: '/subscriptions/s/resourcegroups/mc_rg/providers/microsoft.compute/virtualmachinescalesets/aks-web/virtualmachines/0',
    ...other,
  };
  return ['Start', 'Accept', 'Success'].map((ActivityStatusValue, nth) => ({
    ...record,
    // As Azure's sample of a Compute action that has ended shows it.
    ...(ActivityStatusValue === 'Success' ? { HTTPRequest: '' } : {}),
    ActivityStatusValue,
    TimeGenerated: new Date(at(minute).getTime() + nth * 1000).toISOString(),
  }));
}
const own = (minute: number) => run(minute, requestIdOf(prefixAt(minute), String(minute)));
const ownRuns = [-70, 0, 5, 10, 15, 20, 25].flatMap(own);
const STRANGE = 'ffffffff-ffff-4fff-8fff-ffffffffffff';

const alerts = (events: Row[], activity: Row[], now = 40) =>
  firing(
    rule,
    new Map([
      ['AppEvents', events],
      ['AzureActivity', activity],
    ]),
    at(now),
  ).map(({ alert }) => alert);

describe('a Run Command with the identity of the prober', () => {
  it('of a sweep or a check is no news, however many records it has', () => {
    expect(alerts([...sweeps, check], [...ownRuns, ...run(7, requestIdOf(CHECK, 'n'))])).toEqual([]);
  });

  it('that neither started is one, with the machine and the address it came from', () => {
    expect(alerts(sweeps, [...ownRuns, ...run(6, STRANGE)])).toEqual([
      'a command was run on aks-web instance 0 as the prober, which it did not start, from 203.0.113.7',
    ]);
  });

  it('that begins as the time of a sweep would have it is one: how requests begin is random', () => {
    expect(alerts(sweeps, [...ownRuns, ...run(6, requestIdOf(requestPrefixOfCheck(sweepAt(5)), 'x'))])).toHaveLength(1);
  });

  it('on another machine under both IDs of a run is one', () => {
    const copied = {
      CorrelationId: 'of-a-run',
      _ResourceId: '/subscriptions/s/resourcegroups/mc_rg/providers/microsoft.compute/virtualmachines/aks-vm',
    };
    const known = run(5, requestIdOf(prefixAt(5), 'y'), { CorrelationId: 'of-a-run' });
    const [alert, ...more] = alerts(sweeps, [...ownRuns, ...known, ...run(6, requestIdOf(prefixAt(5), 'y'), copied)]);
    expect(alert).toMatch(/^a command was run on .* as the prober, under the ID of another run/);
    expect(more).toEqual([]);
  });

  it('of a check is no news when the event of the check has left the window before it', () => {
    expect(alerts(sweeps, [...ownRuns, ...run(-68, STRANGE)])).toEqual([]);
  });

  it('on a machine without a scale set is named after it', () => {
    const machine = { _ResourceId: '/subscriptions/s/resourcegroups/mc_rg/providers/microsoft.compute/virtualmachines/aks-vm' };
    expect(alerts(sweeps, [...ownRuns, ...run(6, STRANGE, machine)])).toEqual([expect.stringContaining('run on aks-vm as the prober')]);
  });

  it('without any ID is one, too', () => {
    expect(alerts(sweeps, [...ownRuns, ...run(6, '')])).toHaveLength(1);
  });

  it('under the ID of another run is one: an ID that was overheard is of no use', () => {
    const overheard = requestIdOf(prefixAt(5), '5');
    expect(alerts(sweeps, [...ownRuns, ...run(6, overheard)])).toEqual([
      'a command was run on aks-web instance 0 as the prober, under the ID of another run, from 203.0.113.7',
    ]);
  });

  it('is recognized by its claims where the caller is another of its IDs', () => {
    const byClaims = run(6, STRANGE, { Caller: 'an-application', Claims: JSON.stringify({ objectidentifier: PROBER }) });
    expect(alerts(sweeps, [...ownRuns, ...byClaims])).toHaveLength(1);
    expect(alerts(sweeps, [...ownRuns, ...run(6, STRANGE, { Caller: 'somebody-else' })])).toEqual([]);
  });

  it('is waited for until its sweep can be complete: the newest ones say nothing yet', () => {
    expect(alerts(sweeps.slice(0, 6), ownRuns)).toEqual([]);
    expect(alerts([...sweeps, completed(30), completed(35), completed(40)], [...ownRuns, ...run(33, STRANGE)], 45)).toEqual([]);
  });
});

describe('where the runs of the prober itself are not found', () => {
  const untold = 'no run of the prober is found in the Activity Log of this workspace, so none of a stranger would be';

  it('that is said, and nobody is accused: the log does not arrive, or has no IDs', () => {
    expect(alerts(sweeps, [])).toEqual([untold]);
    expect(alerts(sweeps, [run(0, ''), run(5, '')].flat())).toEqual([untold]);
  });

  it('nothing is said before three sweeps had verdicts', () => {
    expect(alerts(sweeps.slice(0, 2), [])).toEqual([]);
  });
});
