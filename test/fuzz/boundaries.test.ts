import { RestError } from '@azure/core-rest-pipeline';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { parseFleet } from '../../local/simulator/fleet-schema.ts';
import { failureOf } from '../../src/azure/failure.ts';
import { foldResult, repairClock } from '../../src/history/node-history.ts';
import { limitsOf } from '../../src/history/node-state.ts';
import { rollUp } from '../../src/history/roll-up.ts';
import { foldStanding, type Standing } from '../../src/history/standing.ts';
import { isOverdue } from '../../src/model/claim.ts';
import { currentMaintenance } from '../../src/model/cluster-maintenance.ts';
import { believed, nextSlot } from '../../src/model/pace.ts';
import { parseTarget } from '../../src/model/resource-id.ts';
import { unknownFrom } from '../../src/probe/classify-azure.ts';
import { judgeRun } from '../../src/probe/judge-run.ts';
import { InvalidSettings, readSettings, settingNames } from '../../src/settings.ts';
import { MESSAGE_VERSION, readMessage } from '../../src/sweep/queue/messages.ts';
import { explainTarget } from '../../src/sweep/run/decide-post.ts';
import { repairMarks, toOwnClusterRow } from '../../src/tables/cluster-rows.ts';
import { toNodeRow } from '../../src/tables/node-rows.ts';
import { toOutageRow } from '../../src/tables/outage-rows.ts';

// "npm run fuzz" tries ten times as many cases at each boundary.
const numRuns = Number(process.env.FUZZ_CASES ?? 1000);
/** The same cases each time, but for campaigns. */
const seed = process.env.FUZZ_CASES === undefined ? 1 : undefined;
const tried = <T extends unknown[]>(property: fc.IProperty<T>) => fc.assert(property, { numRuns, seed });
vi.spyOn(console, 'warn').mockImplementation(() => {});
vi.setConfig({ testTimeout: 30_000 + 60 * numRuns });

const now = new Date('2026-11-21T09:35:00Z');
const DAY_MS = 86_400_000;
const nonce = '0123456789abcdef';
const cluster = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.shop';

const time = fc.oneof(
  fc.constantFrom(
    '9999-12-31T23:59:59.999Z',
    '2026-11-21T09:30:00.000Z',
    '2027-01-01T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '',
    'never',
    'NaN',
  ),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.string(),
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  time,
  fc.constantFrom('reachable', 'unreachable', 'unknown', 'Undiagnosed', 'Reachable', '__proto__', 'constructor'),
);
const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, 1e308, 2 ** 53));
const json = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc
    .record({
      outage: time,
      episode: number,
      from: time,
      end: fc.option(time, { nil: undefined }),
      reason: text,
      ok: fc.boolean(),
      since: time,
      times: number,
    })
    .map((value) => JSON.stringify(value)),
);
/** What a property of a row can be: anything that Table Storage stores. */
const stored = fc.oneof(text, number, json, fc.boolean(), fc.constant(null), fc.bigInt(), fc.uint8Array({ maxLength: 8 }), fc.date());

/** A row in which a stranger filled any of the columns. */
const rowOf = (names: readonly string[], rowKey: fc.Arbitrary<string>) =>
  fc
    .record({ rowKey, columns: fc.dictionary(fc.constantFrom(...names), stored) })
    .map(({ rowKey: key, columns }) => ({ partitionKey: cluster, rowKey: key, etag: 'e', ...columns }));

describe('a message of the queue', () => {
  const valid = fc.constantFrom<Record<string, unknown>>(
    { kind: 'start-sweep', sweep: '2026-11-21T09:35:00Z' },
    { kind: 'start-slice', sweep: '2026-11-21T09:35:00Z', cluster, slice: '0', nodes: ['a'] },
    { kind: 'check', check: '2026-11-21-0123456789abcdef' },
    { kind: 'deliver-webhook', webhook: 'pager', day: '2026-11-21', event: nonce.repeat(2) },
  );
  const anything = fc.oneof(fc.anything(), fc.string(), fc.jsonValue());
  const changed = fc
    .tuple(
      valid,
      fc.dictionary(
        fc.oneof(
          fc.constantFrom('v', 'kind', 'deadline', 'sweep', 'cluster', 'nodes', 'slot', 'tries', 'script', 'url', 'resourceId'),
          fc.string(),
        ),
        fc.oneof(stored, anything),
      ),
    )
    .map(([message, more]) => ({ v: MESSAGE_VERSION, deadline: '2026-11-21T10:00:00Z', ...message, ...more }));

  it('is work of a known kind with known fields and a deadline within a day, or late, or for a newer version, or an Error: nothing else gets in', () => {
    const latest = new Date(now.getTime() + 3_600_000);
    tried(
      fc.property(fc.oneof(anything, changed), (raw) => {
        let read: ReturnType<typeof readMessage>;
        try {
          read = readMessage(raw, now, latest);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          return;
        }
        if (read.status === 'late') expect(new Date(read.deadline) < now).toBe(true);
        if (read.status === 'newer') expect(read.version).toBeGreaterThan(MESSAGE_VERSION);
        if (read.status !== 'work') return;
        const { message } = read;
        expect(Date.parse(message.deadline) - now.getTime()).toBeLessThanOrEqual(DAY_MS);
        for (const name of ['script', 'url', 'resourceId']) expect(message).not.toHaveProperty(name);
        if ('cluster' in message) expect(message.cluster).toMatch(/^[0-9a-f-]{36}\./i);
      }),
    );
  });
});

describe('a row of a node', () => {
  const names =
    'resourceId vmId pool os zone agent skipped runningSince dueSince verdict reason message latencyMs nonce run sweep at since conclusiveAt served failures successes unknowns firstFailure firstSuccess outage watch strip claim endpoint foldedAt missing missedIn retiredAt window'.split(
      ' ',
    );
  const row = rowOf(
    names,
    fc.string({ maxLength: 20 }).map((name) => `node|${name}`),
  );
  const limits = limitsOf({ failures: 2, recoveries: 2, flapWindowMs: 600_000 }, 300_000);

  it('is read whatever its columns hold, and the next result and the roll-up of its cluster go on from it', () => {
    tried(
      fc.property(row, fc.constantFrom('reachable' as const, 'unreachable' as const, 'unknown' as const), (given, verdict) => {
        const node = toNodeRow(cluster, given);
        const result = { verdict, reason: 'Undiagnosed' as const, message: '', nonce, run: 'r', sweep: 's', at: now.toISOString() };
        const { state } = foldResult(repairClock(node.history, now), result, limits, 300_000);
        rollUp([node, { ...node, state }], now, 300_000, 3);
      }),
    );
  });

  it('never keeps its node from being probed for longer than a claim can last', () => {
    const claim = fc.record({ id: text, nonce: text, sweep: text, startedAt: time, until: time }).map((value) => JSON.stringify(value));
    const later = new Date(now.getTime() + 15 * 60_000);
    tried(
      fc.property(claim, (value) => {
        const read = toNodeRow(cluster, {
          partitionKey: cluster,
          rowKey: 'node|a',
          etag: 'e',
          timestamp: now.toISOString(),
          claim: value,
        }).claim;
        if (read !== undefined) expect(isOverdue(read, now) || isOverdue(read, later)).toBe(true);
      }),
    );
  });

  it('never leads to a machine outside the subscription and the node resource group of its cluster', () => {
    const segment = fc.constantFrom(
      'subscriptions',
      '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01',
      'resourceGroups',
      'MC_a',
      'mc_A',
      'other',
      'providers',
      'Microsoft.Compute',
      'virtualMachines',
      'virtualMachineScaleSets',
      'vm',
      '0',
      '..',
      '%2e%2e',
      '',
      '?x=',
      '#',
    );
    const shaped = fc
      .tuple(segment, segment, segment)
      .map(
        ([group, name, more]) =>
          `/subscriptions/0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/${name}${more}`,
      );
    const id = fc.oneof(
      fc.array(segment, { maxLength: 12 }).map((parts) => `/${parts.join('/')}`),
      shaped,
      text,
    );
    const place = { subscriptionId: '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01', region: 'r', nodeResourceGroup: 'MC_a' };
    tried(
      fc.property(id, (resourceId) => {
        if (explainTarget(resourceId, place) !== undefined) return;
        const target = parseTarget(resourceId)!;
        expect([target.subscriptionId, target.resourceGroup.toLowerCase()]).toEqual([place.subscriptionId, 'mc_a']);
        for (const part of Object.values(target)) expect(part).toMatch(/^[\w.()-]+$/);
      }),
    );
  });
});

describe('a row of a cluster', () => {
  const names =
    'resourceGroup name region version nodes upgrading maintenanceTag recordOnly openOutages pending outageCounts blindNodes latency latencyCounts recent shortfalls unseen0 notServed0 degradation networks alerts uncovered blindSince notReachable0 outage commonFactors uptime assessedAt sweep finalizedSweep assessAt outageDays0 forgotten plannedSince buckets places0 sentState'.split(
      ' ',
    );

  it('is read whatever its columns hold, and no mark of it lies in the future afterwards', () => {
    tried(
      fc.property(rowOf(names, fc.constant('cluster')), fc.oneof(fc.constant(cluster), text), (given, id) => {
        const { assessAt, sweep, finalizedSweep } = repairMarks(toOwnClusterRow(id, given), now);
        for (const mark of [assessAt, sweep, finalizedSweep]) expect(Date.parse(mark) > now.getTime() + 120_000).toBe(false);
      }),
    );
  });
});

describe('a row of an outage', () => {
  const names =
    'node resourceId os start end reason message episode episodes openedAt startLogs endLogs covered maintained delivered nodes0 counts reasons commonFactors findings changes searchedAt'.split(
      ' ',
    );
  const key = fc
    .tuple(text, fc.oneof(text, fc.constantFrom('Infinity', '1e300', '-1e300', '9999999999999')))
    .map(([node, newest]) => `outage|${node}|${newest}`);

  it('is read whatever its key and columns hold, with times that are times', () => {
    tried(
      fc.property(rowOf(names, key), (given) => {
        const { outage } = toOutageRow(given);
        for (const each of [outage.start, outage.openedAt, outage.end ?? outage.start]) expect(Date.parse(each)).not.toBeNaN();
        expect(outage.episode).toBeGreaterThanOrEqual(1);
      }),
    );
  });
});

describe('times in other rows', () => {
  it('never keep a cluster in maintenance for longer than anybody can ask for', () => {
    tried(
      fc.property(time, time, (from, until) => {
        const found = currentMaintenance({ request: { from, until, by: '' } }, now);
        if (found !== undefined) expect(Date.parse(found.until) - now.getTime()).toBeLessThanOrEqual(7 * DAY_MS + 120_000);
      }),
    );
  });

  it('never stop the starts of a region for longer than a day', () => {
    const moment = time.map((each) => Date.parse(each) || 0);
    tried(
      fc.property(moment, moment, moment, fc.boolean(), (nextFree, nextExtra, pausedUntil, extra) => {
        const cursors = believed({ nextFree, nextExtra, pausedUntil }, now);
        const { slot } = nextSlot(cursors, { nodes: 1, extra, before: now }, { STARTS_PER_MINUTE: 60 }, now);
        expect(slot.at.getTime() - now.getTime()).toBeLessThanOrEqual(DAY_MS);
      }),
    );
  });

  it('never keep a condition as it is for longer than two days', () => {
    tried(
      fc.property(time, time, (since, mark) => {
        const before: Standing = { subject: cluster, since, delivered: {}, sweep: mark };
        const far = Date.parse(mark) - now.getTime() > 2 * DAY_MS;
        const ended = foldStanding(new Map([[cluster, before]]), '2026-11-21T09:35:00Z', [], 'subject' as never, () => true, []);
        if (far) expect(ended).toHaveLength(1);
      }),
    );
  });
});

describe('the output of a node', () => {
  const fact = fc
    .tuple(
      fc.constantFrom(
        'server',
        'kubeconfig',
        'host',
        'machine',
        'ms',
        'said',
        'dns',
        'tcp',
        'tls',
        'answered',
        'version',
        'tool',
        'kubectl',
        'config_ms',
        'served',
        'node',
      ),
      fc.oneof(text, fc.constantFrom('v1.33.5', 'ok', 'yes', '200', 'timeout')),
    )
    .map(([name, value]) => `${name}=${value}`);
  const line = fc.oneof(
    fact,
    text,
    fc.constantFrom(
      `AFP1 begin ${nonce}`,
      `AFP1 end ${nonce} rc=0`,
      `AFP1 end ${nonce} rc=1`,
      'AFP1 end ffffffffffffffff rc=0',
      '[stdout]',
      '[stderr]',
    ),
  );
  const output = fc.array(line, { maxLength: 14 }).map((lines) => lines.join('\n'));
  const framed = fc
    .tuple(fc.array(fact, { maxLength: 12 }), fc.integer({ min: 0, max: 255 }))
    .map(([facts, code]) => `AFP1 begin ${nonce}\n${facts.join('\n')}\nAFP1 end ${nonce} rc=${code}`);
  const asked = { vmId: '', serverNames: [] };

  it('is reachable only with a complete frame of this run that ends with exit code 0, never throws, and is kept within its bounds', () => {
    tried(
      fc.property(fc.oneof(output, framed), fc.oneof(text, fc.constant(undefined)), (stdout, other) => {
        const statuses = [
          { code: other, level: other, displayStatus: other, message: `Enable succeeded: \n[stdout]\n${stdout}\n[stderr]\n` },
        ];
        const { verdict, evidence } = judgeRun(statuses, nonce, asked);
        if (verdict.verdict === 'reachable') {
          expect(stdout).toContain(`AFP1 begin ${nonce}\n`);
          expect(stdout.replaceAll('\r\n', '\n')).toContain(`\nAFP1 end ${nonce} rc=0`);
        }
        expect(Buffer.byteLength(verdict.message)).toBeLessThanOrEqual(400);
        expect(Buffer.byteLength(evidence)).toBeLessThanOrEqual(2048);
      }),
    );
  });
});

describe('a body of Azure Resource Manager', () => {
  it('of an error never throws, is never a verdict about the node, and its message stays short', () => {
    tried(
      fc.property(
        text,
        fc.option(fc.integer({ min: 100, max: 599 }), { nil: undefined }),
        fc.anything(),
        text,
        (code, statusCode, details, message) => {
          const error = Object.assign(new RestError(message, { code, statusCode }), { details });
          const { kind } = failureOf(error);
          const { verdict, message: said } = unknownFrom(error);
          expect([kind.length > 0, verdict]).toEqual([true, 'unknown']);
          expect(Buffer.byteLength(said)).toBeLessThanOrEqual(400);
        },
      ),
    );
  });
});

describe('settings', () => {
  it('are read, or refused with all their mistakes as one InvalidSettings', () => {
    const given = fc.dictionary(fc.constantFrom(...settingNames), fc.oneof(text, json, number.map(String)));
    tried(
      fc.property(given, (source) => {
        try {
          readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true', ...source });
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidSettings);
          expect((error as InvalidSettings).mistakes.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});

describe('a file of a fleet', () => {
  it('is read, or refused with a sentence and no crash', () => {
    const subscription = fc.record({
      id: fc.oneof(text, fc.constant('11111111-2222-4333-8444-555555555555')),
      name: stored,
      clusters: fc.array(
        fc.oneof(stored, fc.dictionary(fc.constantFrom('name', 'resourceGroup', 'location', 'pools', 'kubernetesVersion'), stored)),
        { maxLength: 3 },
      ),
    });
    const fleet = fc.oneof(fc.jsonValue(), fc.record({ subscriptions: fc.array(subscription, { maxLength: 2 }) }));
    tried(
      fc.property(fleet, (given) => {
        try {
          parseFleet(given, 'a file');
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          expect(error).not.toBeInstanceOf(TypeError);
          expect(error).not.toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});
