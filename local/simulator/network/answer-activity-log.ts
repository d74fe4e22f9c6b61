import { type ArmReply, armError, pageOf } from '../arm-reply.ts';
import type { ActivityEvent } from './describe-activity.ts';

/** What a filter asks for: a range of time, and at most one of the others. */
type Filter = { from: string; to?: string } & Partial<
  Record<'resourceGroupName' | 'resourceUri' | 'resourceProvider' | 'correlationId', string>
>;

const clause = /^(eventTimestamp|resourceGroupName|resourceUri|resourceProvider|correlationId)\s+(ge|le|eq)\s+'([^']*)'$/i;
const daysKept = 90;
const refuse = (message: string) => armError(400, 'BadRequest', message);

/** Answers a request for events of the activity log, newest first, a page at a time. */
export function answerActivityLog(events: readonly ActivityEvent[], url: URL, pageSize: number): ArmReply {
  const filter = readFilter(url.searchParams.get('$filter') ?? '');
  if (typeof filter === 'string') return refuse(filter);
  const { from, to } = filter;
  const since = Date.parse(from);
  const until = to === undefined ? Number.POSITIVE_INFINITY : Date.parse(to);
  if (Number.isNaN(since) || Number.isNaN(until)) return refuse('The filter has a time that cannot be read.');
  if (since < Date.now() - daysKept * 24 * 3_600_000) return refuse(`The start time cannot be more than ${daysKept} days in the past.`);
  const isWanted = (event: ActivityEvent) => {
    const time = Date.parse(event.eventTimestamp);
    return time >= since && time <= until && isAbout(event, filter);
  };
  const { isLast: _, ...page } = pageOf(events.filter(isWanted), url, pageSize, (event) => event);
  return page;
}

/** The filter, or why Azure does not take it. */
function readFilter(text: string): Filter | string {
  const clauses = text.split(/\s+and\s+/i).map((part) => clause.exec(part.trim()));
  const filter: Record<string, string> = {};
  for (const found of clauses) {
    if (found === null) return `The filter "${text}" is not supported.`;
    const [, name = '', operator = '', value = ''] = found;
    const isTime = name.toLowerCase() === 'eventtimestamp';
    if (isTime === (operator.toLowerCase() === 'eq')) return `The filter "${found[0]}" is not supported.`;
    const key = isTime ? (operator.toLowerCase() === 'ge' ? 'from' : 'to') : name;
    if (key in filter) return `The filter has "${name}" twice.`;
    filter[key] = value;
  }
  const { from, to, ...others } = filter;
  if (from === undefined) return 'The filter has no start time: eventTimestamp ge.';
  if (Object.keys(others).length > 1)
    return 'The filter may have only one of resourceGroupName, resourceUri, resourceProvider, correlationId.';
  return { ...others, from, ...(to !== undefined && { to }) };
}

function isAbout({ resourceGroupName = '', resourceId, correlationId }: ActivityEvent, filter: Filter): boolean {
  const isSame = (wanted: string | undefined, text: string) => wanted === undefined || wanted.toLowerCase() === text.toLowerCase();
  const provider = /\/providers\/([^/]+)(?!.*\/providers\/)/.exec(resourceId)?.[1] ?? '';
  return (
    isSame(filter.resourceGroupName, resourceGroupName) &&
    isSame(filter.resourceUri, resourceId) &&
    isSame(filter.resourceProvider, provider) &&
    isSame(filter.correlationId, correlationId)
  );
}
