import * as z from '../../zod.ts';
import type { Kind } from '../read/kinds/kind.ts';
import type { SettingsReader } from '../read/read-settings.ts';
import type { LoggedOperation } from './join-changes.ts';
import { type Log, sharedSpan, timeText } from './log.ts';

const MOST_PAGES = 2;
/** A further page is read only while so much of the search's budget is left. */
const REQUESTS_SPARED = 14;
const OBJECT_ID = 'http://schemas.microsoft.com/identity/claims/objectidentifier';

const event = z.object({
  eventTimestamp: timeText,
  caller: z.nullish(z.string()),
  claims: z.catch(z.nullish(z.record(z.string(), z.string())), undefined),
  correlationId: z.nullish(z.string()),
  operationName: z.object({ value: z.string() }),
  status: z.nullish(z.object({ value: z.nullish(z.string()) })),
  resourceId: z.string(),
});
type LogEvent = z.output<typeof event>;

const events: Kind<{ value: LogEvent[]; nextLink?: string | null }> = {
  apiVersion: '2015-04-01',
  action: 'Microsoft.Insights/eventtypes/values/read',
  // An event of another form is left out: a log that holds one such event still holds the others.
  parse(body) {
    const { value, nextLink } = z.object({ value: z.array(z.unknown()), nextLink: z.nullish(z.string()) }).parse(body);
    return { value: value.flatMap((each) => event.safeParse(each).data ?? []), nextLink };
  },
};

/** Events of one operation come in pairs of a beginning and an end: one of them is kept, the earliest, if it ended well. */
function toOperations(all: readonly LogEvent[]): LoggedOperation[] {
  const isChange = ({ operationName: { value } }: LogEvent) => /\/(write|delete|action)$/i.test(value);
  const groups = Map.groupBy(all.filter(isChange), (each) =>
    `${each.correlationId} ${each.operationName.value} ${each.resourceId}`.toLowerCase(),
  );
  return [...groups.values()].flatMap((own): LoggedOperation[] => {
    if (!own.some(({ status }) => /^(Succeeded|Accepted)$/i.test(status?.value ?? ''))) return [];
    const first = own.reduce((a, b) => (b.eventTimestamp < a.eventTimestamp ? b : a));
    const { claims, caller } = first;
    return [
      {
        time: new Date(first.eventTimestamp).toISOString(),
        resourceId: first.resourceId,
        operation: first.operationName.value,
        caller: { name: caller || undefined, objectId: claims?.[OBJECT_ID], applicationId: claims?.appid },
      },
    ];
  });
}

/**
 * Reads from the Activity Log of a subscription what was done to the resources of one provider. Events appear 3 to 20 minutes late
 * (https://learn.microsoft.com/azure/azure-monitor/platform/activity-log).
 *
 * By provider, not by resource group: a node resource group's log is full of our own Run Commands, and clusters that share a network then share the
 * answer too. For that, times are widened to whole five minutes.
 */
export async function readActivity(
  reader: SettingsReader,
  subscriptionId: string,
  provider: 'Microsoft.Network' | 'Microsoft.ContainerService',
  from: Date,
  until: Date,
): Promise<Log<LoggedOperation>> {
  const [first, last] = sharedSpan(from, until);
  const filter = `eventTimestamp ge '${first}' and eventTimestamp le '${last}' and resourceProvider eq '${provider}'`;
  const base = `/subscriptions/${subscriptionId}/providers/Microsoft.Insights/eventtypes/management/values`;
  const about = { id: `the activity log of ${provider} in ${subscriptionId}`, kind: events };
  const all: LogEvent[] = [];
  let path = `${base}?api-version=${events.apiVersion}&$filter=${encodeURIComponent(filter)}`;
  for (let page = 1; ; page++) {
    const read = await reader.ask(path, about);
    if (read.status !== 'read') return { entries: toOperations(all), unread: read.status === 'unread' ? read : undefined };
    const { value, nextLink } = read.value;
    all.push(...value);
    if (!nextLink) return { entries: toOperations(all) };
    if (page === MOST_PAGES || reader.requests() > REQUESTS_SPARED || !URL.canParse(nextLink)) break;
    // Only its path: the pipeline calls no other host than Azure Resource Manager's in any case.
    const next = new URL(nextLink);
    if (!next.pathname.toLowerCase().startsWith(base.toLowerCase())) break;
    path = `${next.pathname}${next.search}`;
  }
  return { entries: toOperations(all), unread: { status: 'unread', why: 'cut', resourceId: about.id, action: events.action } };
}
