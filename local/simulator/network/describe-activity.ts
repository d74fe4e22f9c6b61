import { guidOf } from '../guid-of.ts';
import { tenantId } from '../issue-tokens.ts';
import type { Revision } from './change-log.ts';

/** An event of the activity log; what filters look at is typed. */
export type ActivityEvent = {
  eventTimestamp: string;
  resourceId: string;
  resourceGroupName?: string;
  subscriptionId: string;
  correlationId: string;
} & Record<string, unknown>;

const named = (value: string) => ({ value, localizedValue: value });
const subscriptionIn = (id: string) => id.split('/')[2] ?? '';
const inGroup = (id: string) => {
  const resourceGroupName = /\/resourceGroups\/([^/]+)/i.exec(id)?.[1];
  return resourceGroupName === undefined ? {} : { resourceGroupName };
};

/** What the token of a caller says of it. The object id of a person is not its name. */
function claimsOf({ name, type }: Revision['author']): Record<string, string> {
  const isPerson = type === 'User';
  return {
    aud: 'https://management.core.windows.net/',
    'http://schemas.microsoft.com/identity/claims/objectidentifier': isPerson ? guidOf(name) : name,
    ...(isPerson && { name, 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn': name }),
    // That of the portal.
    ...(isPerson && { appid: 'c44b4083-3bb0-49c1-b47d-974e53cbdf3c' }),
  };
}

/**
 * The events of the activity log for a change: a pair, Begin and End, for each write; none for what Azure does not log.
 *
 * @param lagMs - how long they took to show.
 */
export function describeActivity(revision: Revision, lagMs: number): ActivityEvent[] {
  const { change, at } = revision;
  const { type, id } = change.resource;
  const submissionTimestamp = new Date(at.getTime() + lagMs).toISOString();
  if (type.startsWith('Microsoft.ResourceHealth/availabilityStatuses')) return [describeHealthEvent(revision, submissionTimestamp)];
  if (/^Microsoft\.ResourceHealth\/|\/snapshots$/.test(type)) return [];
  // The rules of a network manager come into force when somebody commits its configuration.
  if (type.endsWith('/effectiveSecurityAdminRules')) {
    const manager = id.replace(
      /\/resourceGroups\/.*/,
      '/resourceGroups/rg-network-manager/providers/Microsoft.Network/networkManagers/avnm',
    );
    return describePair(revision, manager, 'Microsoft.Network/networkManagers', 'commit/action', submissionTimestamp);
  }
  return change.writes.flatMap((write) => describePair(revision, write.id, write.type, write.verb, submissionTimestamp));
}

function describePair(
  { at, author, correlationId }: Revision,
  resourceId: string,
  type: string,
  verb: string,
  submissionTimestamp: string,
): ActivityEvent[] {
  const action = `${type}/${verb}`;
  const method = verb === 'delete' ? 'DELETE' : verb === 'write' ? 'PUT' : 'POST';
  // Clusters are changed by long operations.
  const [status, statusCode] = type.endsWith('/managedClusters')
    ? ['Accepted', 'Accepted']
    : ['Succeeded', verb === 'delete' ? 'OK' : 'Created'];
  const event = (eventName: 'BeginRequest' | 'EndRequest', time: Date): ActivityEvent => {
    const isEnd = eventName === 'EndRequest';
    const eventDataId = guidOf(`${correlationId} ${eventName} ${resourceId}`);
    return {
      authorization: { action, scope: resourceId },
      caller: author.name,
      channels: 'Operation',
      claims: claimsOf(author),
      correlationId,
      description: '',
      eventDataId,
      eventName: named(eventName),
      category: named('Administrative'),
      httpRequest: { clientRequestId: correlationId, clientIpAddress: '192.0.2.44', method },
      id: `${resourceId}/events/${eventDataId}/ticks/${time.getTime() * 10_000 + 621_355_968_000_000_000}`,
      level: 'Informational',
      ...inGroup(resourceId),
      resourceProviderName: named(type.split('/')[0] ?? ''),
      resourceType: named(type),
      resourceId,
      operationId: correlationId,
      operationName: named(action),
      properties: { ...(isEnd && { statusCode }), eventCategory: 'Administrative', entity: resourceId, message: action },
      status: named(isEnd ? status! : 'Started'),
      subStatus: named(isEnd ? statusCode! : ''),
      eventTimestamp: time.toISOString(),
      submissionTimestamp,
      subscriptionId: subscriptionIn(resourceId),
      tenantId,
    };
  };
  // The end comes a little later, and is listed before the beginning.
  return [event('EndRequest', new Date(at.getTime() + 40)), event('BeginRequest', at)];
}

/** What Resource Health writes into the activity log; nobody called it. */
function describeHealthEvent({ at, correlationId, change }: Revision, submissionTimestamp: string): ActivityEvent {
  const { id, properties } = change.resource;
  const resourceId = id.split('/providers/Microsoft.ResourceHealth/')[0] ?? id;
  const isOver = properties.availabilityState === 'Available';
  const action = `Microsoft.Resourcehealth/healthevent/${isOver ? 'Resolved' : 'Activated'}/action`;
  const eventDataId = guidOf(`${correlationId} health ${resourceId}`);
  return {
    channels: 'Admin, Operation',
    correlationId,
    description: String(properties.title),
    eventDataId,
    eventName: named(''),
    category: named('ResourceHealth'),
    id: `${resourceId}/events/${eventDataId}/ticks/${at.getTime() * 10_000 + 621_355_968_000_000_000}`,
    level: 'Critical',
    ...inGroup(resourceId),
    resourceProviderName: named('Microsoft.Resourcehealth/healthevent/action'),
    resourceType: named('MICROSOFT.CONTAINERSERVICE/managedClusters'),
    resourceId,
    operationId: correlationId,
    operationName: named(action),
    properties: {
      title: String(properties.title),
      currentHealthStatus: String(properties.availabilityState),
      type: 'Downtime',
      cause: 'PlatformInitiated',
    },
    status: named(isOver ? 'Resolved' : 'Active'),
    subStatus: named(''),
    eventTimestamp: at.toISOString(),
    submissionTimestamp,
    subscriptionId: subscriptionIn(id),
    tenantId,
  };
}
