import * as z from '../../zod.ts';
import type { Kind } from '../read/kinds/kind.ts';
import { graph, queryGraph } from '../read/query-graph.ts';
import type { SettingsReader } from '../read/read-settings.ts';
import type { DetectedChange } from './join-changes.ts';
import { type Log, sharedSpan, timeText } from './log.ts';

const MOST = 500;
const MOST_PROPERTIES = 10;

const text = z.pipe(
  z.unknown(),
  z.transform((value) => (value === null || value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value))),
);
const difference = z.object({ previousValue: text, newValue: text });
const row = z.object({
  t: timeText,
  id: z.string(),
  kind: z.nullish(z.string()),
  by: z.nullish(z.string()),
  op: z.nullish(z.string()),
  changes: z.catch(z.nullish(z.record(z.string(), difference)), undefined),
});

/** Properties that change with every write and say nothing, and tags, which people fill with what they like. */
const NOISE = /^tags\b|(^|\.)(id|name|type|etag|provisioningState|resourceGuid|systemData.*|lastModified\w*|changedTime|createdTime)$/i;

const detected: Kind<DetectedChange[]> = {
  ...graph,
  parse: (body) =>
    z
      .object({ data: z.array(z.unknown()) })
      .parse(body)
      .data.flatMap((each) => row.safeParse(each).data ?? [])
      .map(({ t, id, kind, by, op, changes }) => {
        const shown = Object.entries(changes ?? {}).filter(([property]) => !NOISE.test(property));
        return {
          time: new Date(t).toISOString(),
          resourceId: id,
          operation: op || (kind ?? ''),
          caller: { name: by && !/^(System|Unspecified)$/i.test(by) ? by : undefined },
          properties: shown
            .slice(0, MOST_PROPERTIES)
            .map(([property, { previousValue, newValue }]) => ({ property, before: previousValue, after: newValue })),
        };
      }),
};

/**
 * Reads from Resource Graph what has changed in some subscriptions, with the values before and after: of networks and clusters, not of machines, which
 * our own Run Commands change all the time. Clusters of one network share the answer.
 */
export async function readDetected(
  reader: SettingsReader,
  subscriptions: readonly string[],
  from: Date,
  until: Date,
): Promise<Log<DetectedChange>> {
  const [first, last] = sharedSpan(from, until);
  const query = [
    'resourcechanges',
    'extend a=properties.changeAttributes,id=tolower(tostring(properties.targetResourceId)),type=tolower(tostring(properties.targetResourceType))',
    'extend t=todatetime(a.timestamp)',
    `where t between(datetime(${first})..datetime(${last}))`,
    "where type startswith 'microsoft.network/' or type =~ 'microsoft.containerservice/managedclusters'",
    'project t,id,kind=properties.changeType,by=a.changedBy,byType=a.changedByType,client=a.clientType,op=a.operation,changes=properties.changes',
    'order by t desc',
    `limit ${MOST}`,
  ].join('|');
  const about = `the changes in ${subscriptions.join(', ')}`;
  const read = await queryGraph(reader, query, detected, about, [...subscriptions].sort());
  if (read.status !== 'read') return { entries: [], unread: read.status === 'unread' ? read : undefined };
  const isCut = read.value.length >= MOST;
  const unread = { status: 'unread', why: 'cut', resourceId: about, action: detected.action } as const;
  return { entries: read.value, unread: isCut ? unread : undefined };
}
