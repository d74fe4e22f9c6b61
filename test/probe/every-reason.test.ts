import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { faults } from '../../local/simulator/faults.ts';
import { type ReasonCode, reasons } from '../../src/model/reasons.ts';
import { nodeFaults } from './node-faults.ts';
import { answers } from './recorded-answers.ts';

const provoked = Object.values(faults).flatMap((fault) => ('reason' in fault ? [fault.reason as ReasonCode] : []));
const recorded = answers.map(([, , reason]) => reason);
const fromTheField = nodeFaults.flatMap(({ must }) => [must].flat().map((verdict) => verdict.split('/')[1] as ReasonCode));

/** Reasons that neither a fault nor an answer of Azure gives by itself, with the test that shows them. */
const shownElsewhere: Partial<Record<ReasonCode, string>> = {
  Reachable: 'sweep/whole-sweep.test.ts',
  ProxyDiffers: 'probe/classify.test.ts',
  DnsRefused: 'probe/classify.test.ts',
  AddressDead: 'probe/classify.test.ts',
  WrongMachine: 'probe/whose-answer.test.ts',
  WrongApiServer: 'probe/whose-answer.test.ts',
  ApiServerNotReady: 'probe/judge-served.test.ts',
  ApiServerOverloaded: 'probe/judge-served.test.ts',
  IdentityMismatch: 'probe/judge-served.test.ts',
  NotServed: 'probe/judge-served.test.ts',
  Transient: 'probe/linux-sh.test.ts',
  Undiagnosed: 'probe/classify.test.ts',
  RunCommandStuck: 'sweep/whole-sweep.test.ts',
  SubscriptionUnreadable: 'sweep/whole-sweep.test.ts',
  SubscriptionGone: 'history/sight.test.ts',
  NothingToWatch: 'history/sight.test.ts',
  OverBudget: 'sweep/whole-sweep.test.ts',
  NotDue: 'sweep/plan/plan-sweep.test.ts',
  ClusterStopped: 'e2e/npm-start.test.ts',
  Deallocated: 'e2e/npm-start.test.ts',
  OperationGone: 'probe/run-command.test.ts',
  StartLost: 'e2e/kill-at-each-effect.test.ts',
  NotListed: 'inventory/compare-nodes.test.ts',
  NodeReplaced: 'sweep/whole-sweep.test.ts',
  ClusterGone: 'inventory/compare-nodes.test.ts',
  Excluded: 'sweep/whole-sweep.test.ts',
  TooYoung: 'inventory/skip-reason.test.ts',
  Deleting: 'inventory/skip-reason.test.ts',
  Creating: 'inventory/skip-reason.test.ts',
  NotYetProbed: 'history/roll-up.test.ts',
  Stale: 'history/roll-up.test.ts',
  Lost: 'model/ledger.test.ts',
  RunCommandBroken: 'sweep/field-refusals.test.ts',
  MachinesMissing: 'sweep/field-sources.test.ts',
  ClusterStarting: 'sweep/field-reports.test.ts',
  ClusterCreating: 'sweep/field-reports.test.ts',
  NodeStopping: 'inventory/skip-reason.test.ts',
  NodeStarting: 'inventory/skip-reason.test.ts',
  NodeUpdating: 'inventory/skip-reason.test.ts',
};

it('every reason has its scenario: a fault that can be switched, an answer of Azure as recorded, or a test that is named here', () => {
  const shown = new Set([...provoked, ...recorded, ...fromTheField, ...(Object.keys(shownElsewhere) as ReasonCode[])]);
  expect(Object.keys(reasons).filter((code) => !shown.has(code as ReasonCode))).toEqual([]);
  const notThere = Object.entries(shownElsewhere).filter(
    ([code, file]) => !readFileSync(new URL(`../${file}`, import.meta.url), 'utf8').includes(code),
  );
  expect(notThere).toEqual([]);
});
