import type { Conversation } from './speak-to-simulator.ts';

/** Any JSON, to be looked into by paths. */
// biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes, of which each test looks at another part.
export type Json = any;

/** Reads a resource by its id. */
export async function read(simulator: Conversation, id: string): Promise<Json> {
  const { status, body } = await simulator.arm('GET', id);
  if (status !== 200) throw new Error(`Expected 200 for ${id}, got ${status}: ${JSON.stringify(body)}`);
  return body;
}

/** What is around a cluster, found as the prober finds it: from the cluster and its scale set to the ids in their bodies. */
export async function readAround(simulator: Conversation, subscription: string, name: string): Promise<Json> {
  const cluster = await read(
    simulator,
    `/subscriptions/${subscription}/resourceGroups/rg-${name}/providers/Microsoft.ContainerService/managedClusters/${name}`,
  );
  const nodeGroup = `/subscriptions/${subscription}/resourceGroups/${cluster.properties.nodeResourceGroup}`;
  const scaleSets = await read(simulator, `${nodeGroup}/providers/Microsoft.Compute/virtualMachineScaleSets`);
  const nic = scaleSets.value[0].properties.virtualMachineProfile.networkProfile.networkInterfaceConfigurations[0].properties;
  const subnet = await read(simulator, nic.ipConfigurations[0].properties.subnet.id);
  const readIf = async (id: string | undefined) => (id === undefined ? undefined : read(simulator, id));
  return {
    cluster,
    nodeGroup,
    subnet,
    vnet: await read(simulator, subnet.id.replace(/\/subnets\/.*/, '')),
    nicNsg: await readIf(nic.networkSecurityGroup?.id),
    subnetNsg: await readIf(subnet.properties.networkSecurityGroup?.id),
    routeTable: await readIf(subnet.properties.routeTable?.id),
    natGateway: await readIf(subnet.properties.natGateway?.id),
  };
}

/** The events of the activity log of a subscription, whatever they are about, from all pages. */
export async function readActivity(simulator: Conversation, subscription: string, more = ''): Promise<Json[]> {
  const from = new Date(Date.now() - 3_600_000).toISOString();
  const url = new URL(`/subscriptions/${subscription}/providers/Microsoft.Insights/eventtypes/management/values`, simulator.simulator.url);
  url.searchParams.set('$filter', `eventTimestamp ge '${from}'${more}`);
  const events: Json[] = [];
  for (let next: string | undefined = url.href; next !== undefined; ) {
    const page: Json = await read(simulator, next);
    events.push(...page.value);
    next = page.nextLink;
  }
  return events;
}

/** Asks Resource Graph. */
export async function query(
  simulator: Conversation,
  subscriptions: readonly string[],
  text: string,
): Promise<{ status: number; body: Json }> {
  const body = { subscriptions, query: text, options: { resultFormat: 'objectArray' } };
  return simulator.arm('POST', '/providers/Microsoft.ResourceGraph/resources', body);
}

/** The query for changes that `azure-causes.md` gives. */
export function changesQuery(ids: readonly string[], nodeGroup: string, from = new Date(Date.now() - 3_600_000), to = new Date()): string {
  const list = ids.map((id) => `'${id.toLowerCase()}'`).join(',');
  return `resourcechanges|extend a=properties.changeAttributes,id=tolower(tostring(properties.targetResourceId))|extend t=todatetime(a.timestamp)|where t between(datetime(${from.toISOString()})..datetime(${to.toISOString()})) and (id in~(${list}) or id startswith '${nodeGroup}/')|where tostring(properties.targetResourceType)!startswith 'microsoft.compute/'|project t,id,kind=properties.changeType,by=a.changedBy,byType=a.changedByType,client=a.clientType,op=a.operation,changes=properties.changes|order by t desc|limit 50`;
}
