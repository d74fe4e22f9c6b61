import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { nodeOses } from '../../src/model/node.ts';
import { faultIdsFor } from './faults.ts';
import { findClashes } from './find-clashes.ts';
import { named, resourceName } from './name-patterns.ts';
import { findNetworkMistakes } from './network/find-network-mistakes.ts';
import { hubSchema, networkSchema } from './network/network-schema.ts';

const count = z.int({ error: 'expected a whole number' }).min(0, { error: 'expected 0 or more' });

const instance = z.strictObject({
  powerState: z.enum(['running', 'stopped', 'deallocated']).optional(),
  provisioningState: z.enum(['Succeeded', 'Creating', 'Updating', 'Deleting', 'Failed']).optional(),
  ageMinutes: z.number().min(0).optional(),
  /** Whether the deleted instance whose name it took is listed beside it (https://github.com/Azure/azure-sdk-for-net/issues/36946). */
  besideDeleted: z.boolean().optional(),
});

const pool = z.strictObject({
  name: named(/^[a-z][a-z0-9]{0,11}$/, 'up to 12 lower-case letters and digits, a letter first'),
  os: z.enum(nodeOses).default('Linux'),
  /** A Uniform scale set, single virtual machines, or a scale set in Flexible orchestration, whose instances are plain VMs. */
  type: z.enum(['VirtualMachineScaleSets', 'VirtualMachines', 'FlexibleScaleSet']).default('VirtualMachineScaleSets'),
  mode: z.enum(['System', 'User']).optional(),
  zones: z.array(z.enum(['1', '2', '3'])).default([]),
  count,
  vmSize: z.string().default('Standard_D4ds_v5'),
  imageVersion: z.string().default('202511.07.0'),
  tags: z.record(z.string(), z.string()).default({}),
  /** Old scale sets carry the tag `poolName` where newer ones carry `aks-managed-poolName`. */
  oldTags: z.boolean().default(false),
  /** What differs from a running instance that is three days old, by index. */
  instances: z.record(z.string().regex(/^\d+$/, { error: 'expected an index' }), instance).default({}),
});

const weekDay = z.enum(['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']);
const days = z.strictObject({ start: z.iso.date(), end: z.iso.date() });
const clock = named(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as 02:00');

/** When AKS may change a cluster by itself, as Azure stores it. */
const plannedMaintenance = z.strictObject({
  name: z.enum(['default', 'aksManagedAutoUpgradeSchedule', 'aksManagedNodeOSUpgradeSchedule']),
  timeInWeek: z.array(z.strictObject({ day: weekDay, hourSlots: z.array(z.int().min(0).max(23)) })).optional(),
  notAllowedTime: z.array(z.strictObject({ start: z.iso.datetime(), end: z.iso.datetime() })).optional(),
  maintenanceWindow: z
    .strictObject({
      schedule: z.union([
        z.strictObject({ daily: z.strictObject({ intervalDays: count }) }),
        z.strictObject({ weekly: z.strictObject({ intervalWeeks: count, dayOfWeek: weekDay }) }),
        z.strictObject({ absoluteMonthly: z.strictObject({ intervalMonths: count, dayOfMonth: count }) }),
        z.strictObject({
          relativeMonthly: z.strictObject({
            intervalMonths: count,
            weekIndex: z.enum(['First', 'Second', 'Third', 'Fourth', 'Last']),
            dayOfWeek: weekDay,
          }),
        }),
      ]),
      durationHours: z.int().min(4).max(24),
      utcOffset: named(/^[+-]\d\d:\d\d$/, 'an offset such as +01:00').optional(),
      startDate: z.iso.date().optional(),
      startTime: clock,
      notAllowedDates: z.array(days).optional(),
    })
    .optional(),
});

const cluster = z.strictObject({
  name: named(/^[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$/, 'up to 63 letters, digits, - and _'),
  resourceGroup: resourceName,
  location: named(/^[a-z0-9]+$/, 'a region such as westeurope'),
  nodeResourceGroup: resourceName.optional(),
  powerState: z.enum(['Running', 'Stopped']).default('Running'),
  provisioningState: z.enum(['Succeeded', 'Upgrading', 'Updating']).default('Succeeded'),
  private: z.boolean().default(false),
  /** Whether its API server answers for its version and health without credentials. */
  anonymous: z.boolean().default(true),
  authorizedIPRanges: z.array(z.string()).default([]),
  restrictionLevel: z.enum(['Unrestricted', 'ReadOnly']).optional(),
  kubernetesVersion: named(/^\d+\.\d+\.\d+$/, 'a version such as 1.33.5'),
  tags: z.record(z.string(), z.string()).default({}),
  pools: z.array(pool),
  plannedMaintenance: z.array(plannedMaintenance).default([]),
  network: networkSchema,
  /** Virtual machines that somebody put into the node resource group, and that are not nodes. */
  foreignMachines: z.array(resourceName).default([]),
});

const subscription = z.strictObject({
  id: z.guid({ error: 'expected a GUID' }).transform((id) => id.toLowerCase()),
  name: z.string().min(1),
  state: z.enum(['Enabled', 'Disabled', 'Warned', 'PastDue']).default('Enabled'),
  faults: z
    .array(z.enum(faultIdsFor('subscription')))
    .max(1, { error: 'expected at most one' })
    .default([]),
  hubs: z.array(hubSchema).default([]),
  clusters: z.array(cluster),
});

const fleetSchema = z.strictObject({ subscriptions: z.array(subscription) });

/** A fleet as it is written in a file, without defaults. */
export type FleetFile = z.input<typeof fleetSchema>;
/** A fleet with its defaults filled in. */
export type Fleet = z.output<typeof fleetSchema>;
/** One cluster of a fleet. */
export type FleetCluster = Fleet['subscriptions'][number]['clusters'][number];
/** One node pool of a fleet's cluster. */
export type FleetPool = FleetCluster['pools'][number];

/**
 * Checks a fleet and fills in its defaults.
 *
 * @param value - what the fleet's JSON says.
 * @param source - where it comes from, for the message.
 * @throws one error that lists every mistake with its path.
 */
export function parseFleet(value: unknown, source: string): Fleet {
  const parsed = fleetSchema.safeParse(value);
  const mistakes = [...(parsed.error?.issues ?? []), ...findClashes(value), ...(parsed.success ? findNetworkMistakes(parsed.data) : [])];
  if (parsed.success && mistakes.length === 0) return parsed.data;
  const lines = mistakes.map(({ path, message }) => `  ${z.core.toDotPath(path) || 'fleet'}: ${message}`);
  throw new Error(`${source} does not describe a fleet:\n${lines.join('\n')}`);
}

/**
 * Reads a fleet file.
 *
 * @param file - path of a JSON file.
 * @throws when it cannot be read, is not JSON, or does not describe a fleet.
 */
export async function loadFleet(file: string): Promise<Fleet> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new Error(`Expected a fleet file at ${file}, which cannot be read: check the path.`, { cause });
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error(`Expected JSON in ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  return parseFleet(value, file);
}
