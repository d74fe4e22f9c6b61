import { z } from 'zod';
import type { Read } from '../evaluate/configuration.ts';
import type { Kind } from '../read/kinds/kind.ts';
import { queryGraph } from '../read/read-next-hop.ts';
import type { SettingsReader } from '../read/read-settings.ts';
import type { DetectedChange } from './join-changes.ts';

const MINUTES_MS = 300_000;
const MOST = 500;
const MOST_PROPERTIES = 10;

const text = z
  .unknown()
  .transform((value) => (value === null || value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value)));
const difference = z.object({ previousValue: text, newValue: text });
const row = z.object({
  t: z.string(),
  id: z.string(),
  kind: z.string().nullish(),
  by: z.string().nullish(),
  op: z.string().nullish(),
  changes: z.record(z.string(), difference).nullish().catch(undefined),
});

/** Properties that change with every write, and say nothing. */
const NOISE = /(^|\.)(id|name|type|etag|provisioningState|resourceGuid|systemData.*|lastModified\w*|changedTime|createdTime)$/i;

const detected: Kind<DetectedChange[]> = {
  apiVersion: '2024-04-01',
  action: 'Microsoft.ResourceGraph/resources/read',
  parse: (body) =>
    z
      .object({ data: z.array(z.unknown()) })
      .parse(body)
      .data.flatMap((each) => row.safeParse(each).data ?? [])
      .map(({ t, id, kind, by, op, changes }) => {
        const told = Object.entries(changes ?? {}).filter(([property]) => !NOISE.test(property));
        return {
          time: new Date(t).toISOString(),
          resourceId: id,
          operation: op || (kind ?? ''),
          caller: { name: by && !/^(System|Unspecified)$/i.test(by) ? by : undefined },
          properties: told
            .slice(0, MOST_PROPERTIES)
            .map(([property, { previousValue, newValue }]) => ({ property, before: previousValue, after: newValue })),
        };
      }),
};

/**
 * Reads from Resource Graph what has changed in some subscriptions, with the values before and after: of networks and clusters, not of machines, which
 * our own Run Commands change all the time. Clusters of one network share the answer.
 */
export function readDetected(
  reader: SettingsReader,
  subscriptions: readonly string[],
  from: Date,
  until: Date,
): Promise<Read<DetectedChange[]>> {
  const [first, last] = [Math.floor(from.getTime() / MINUTES_MS) * MINUTES_MS, Math.ceil(until.getTime() / MINUTES_MS) * MINUTES_MS];
  const at = (ms: number) => `datetime(${new Date(ms).toISOString()})`;
  const query = [
    'resourcechanges',
    'extend a=properties.changeAttributes,id=tolower(tostring(properties.targetResourceId)),type=tolower(tostring(properties.targetResourceType))',
    'extend t=todatetime(a.timestamp)',
    `where t between(${at(first)}..${at(last)})`,
    "where type startswith 'microsoft.network/' or type =~ 'microsoft.containerservice/managedclusters'",
    'project t,id,kind=properties.changeType,by=a.changedBy,byType=a.changedByType,client=a.clientType,op=a.operation,changes=properties.changes',
    'order by t desc',
    `limit ${MOST}`,
  ].join('|');
  return queryGraph(reader, query, detected, `the changes in ${subscriptions.join(', ')}`, [...subscriptions].sort());
}
