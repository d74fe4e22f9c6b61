targetScope = 'subscription'

metadata name = 'aks-fleet-prober'
metadata description = 'The whole service in one resource group, with least privilege.'

import { tuningType } from 'modules/tuning.bicep'
import { identitySettings, tunedSettings, webhookSettings } from 'modules/app-settings.bicep'

@description('Required. Name of the environment, of letters, digits and - _ . ( ); names of resources are made from it, with - in place of the last four.')
@minLength(1)
@maxLength(32)
param environmentName string

@description('Required. Region of all resources: one that has Flex Consumption (az functionapp list-flexconsumption-locations).')
@allowed([
  'australiaeast'
  'australiasoutheast'
  'brazilsouth'
  'canadacentral'
  'centralindia'
  'centralus'
  'eastasia'
  'eastus'
  'eastus2'
  'francecentral'
  'germanywestcentral'
  'italynorth'
  'japaneast'
  'koreacentral'
  'northcentralus'
  'northeurope'
  'norwayeast'
  'southafricanorth'
  'southcentralus'
  'southeastasia'
  'southindia'
  'spaincentral'
  'swedencentral'
  'uaenorth'
  'uksouth'
  'ukwest'
  'westcentralus'
  'westeurope'
  'westus'
  'westus2'
  'westus3'
])
@metadata({ azd: { type: 'location' } })
param location string

@description('Optional. Name of the resource group; made from environmentName and location without one. One that exists must be in that region, and is given these tags.')
@maxLength(90)
param resourceGroupName string = ''

@description('Conditional. IDs of the subscriptions whose clusters are monitored. Needed unless managementGroupName is given; with it, only these of its subscriptions are monitored. Each is a GUID of 36 characters; one that is given twice counts once.')
@maxLength(500)
param monitoredSubscriptions string[] = []

@description('Conditional. Name of a management group, all of whose subscriptions are monitored. Needed unless monitoredSubscriptions are given. Its access is granted by fleet-access-mg.bicep.')
param managementGroupName string = ''

@description('Optional. Whether this deployment grants access to the monitored subscriptions; false where others grant it with fleet-roles.bicep and fleet-access.bicep.')
param grantFleetAccess bool = true

@description('Optional. Where the prober may run commands, if this deployment grants access. nodeGroupsByPolicy: on the node resource groups of AKS clusters, new ones too, which a policy sees to. nodeGroupsByScript: on those that infra/grant-node-groups.sh is run for. subscription: as root on every virtual machine and scale set of the monitored subscriptions, clusters or not.')
@allowed(['nodeGroupsByPolicy', 'nodeGroupsByScript', 'subscription'])
param runCommandOn string = 'nodeGroupsByPolicy'

@description('Optional. IDs of further subscriptions that hold the networks of the nodes, such as that of a hub: the role for findings can then be assigned there. Needs the right to define roles in each.')
param networkSubscriptions string[] = []

@description('Optional. Minutes between sweeps.')
@allowed([5, 10, 15, 20, 30, 60])
param sweepMinutes int = 5

@description('Optional. How nodes are probed and judged.')
param tuning tuningType = {}

@description('Optional. Memory of an instance in megabytes.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 512

@description('Optional. The highest number of on-demand instances of a function.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Optional. Always-ready instances for the function that does the work; 0 for none, which makes sweeps slower.')
@minValue(0)
@maxValue(20)
param alwaysReadyInstances int = 1

@description('Optional. Redundancy: one zone, or three where the region has them. It is that of the storage, and the app follows it.')
@allowed(['Standard_LRS', 'Standard_ZRS'])
param storageSku string = 'Standard_LRS'

@description('Optional. Resource ID of an existing Log Analytics workspace that telemetry goes to; one is made without it. Rules and the workbook then see only what the prober sent.')
param workspaceId string = ''

@description('Optional. Resource ID of an existing Azure Monitor private link scope, through which the network reaches Azure Monitor. Telemetry is then taken in, and queried, through it only.')
param monitorScopeId string = ''

@description('Optional. Whether this deployment makes the telemetry a member of the private link scope; false where it is one already and Azure refuses to write it again.')
param joinMonitorScope bool = true

@description('Optional. Days for which telemetry is kept, in a workspace that is made.')
@minValue(30)
@maxValue(730)
param telemetryRetentionDays int = 90

@description('Optional. Gigabytes of telemetry a day after which no more is ingested, 1 or more; -1 for no limit. Reaching the limit also silences alerts.')
@minValue(-1)
param telemetryDailyLimitGb int = -1

@description('Optional. Whether each write to the storage is logged, for audits.')
param logStorageWrites bool = false

@description('Optional. Whether an alert reports Run Commands by the identity of the prober that it did not start. Needs the Activity Log of the monitored subscriptions in the workspace: this deployment sends it there if it makes the workspace and grants access, else their owners do.')
param watchRuns bool = false

@description('Optional. Mail addresses that alerts go to: all of them, unless pageGroupIds or ticketGroupIds take a part.')
param alertEmails string[] = []

@description('Optional. Address that alerts are posted to, in the common alert schema: all of them, unless pageGroupIds or ticketGroupIds take a part.')
@secure()
param alertWebhookUrl string = ''

@description('Optional. Resource IDs of existing action groups that alerts of severity 0 and 1 go to, in place of alertEmails and alertWebhookUrl: those that wake somebody. A rule takes five.')
@maxLength(5)
param pageGroupIds string[] = []

@description('Optional. Resource IDs of existing action groups that all other alerts go to, in place of alertEmails and alertWebhookUrl. A rule takes five.')
@maxLength(5)
param ticketGroupIds string[] = []

@description('Optional. Address at which your people read docs/guides/on-call.md, such as that of your copy of it: the workbook leads there.')
param onCallUrl string = ''

@description('Optional. What the rules of clusters have an alert for: each cluster, each subscription, or none: then one alert each for the whole fleet. Only with cluster does an alert have words of its own.')
@allowed(['cluster', 'subscription', 'none'])
param splitBy string = 'cluster'

@description('Optional. Percent of the nodes that should have a verdict; if fewer have one, there is an alert.')
@minValue(1)
@maxValue(100)
param minimumCoveragePercent int = 90

@description('Optional. Open outages of nodes that a cluster may have without an alert.')
@minValue(0)
param toleratedNodeOutages int = 0

@description('Optional. Whether a virtual network is made, through which alone the storage can be reached. Give appSubnetId instead where there is a network.')
param virtualNetwork bool = false

@description('Optional. Addresses of the virtual network that is made, a /25 or larger.')
param virtualNetworkPrefix string = '10.90.0.0/24'

@description('Optional. Resource ID of an existing network security group for the subnets of the virtual network that is made; each has one of its own without it.')
param securityGroupId string = ''

@description('Optional. Resource ID of an existing route table for the virtual network that is made, which leads to a firewall; a NAT gateway with a public address is made without it.')
param routeTableId string = ''

@description('Optional. Whether the app, too, can only be reached through the virtual network that is made. It must then be deployed from inside.')
param privateApp bool = false

@description('Optional. Resource ID of an existing subnet for the app, delegated to Microsoft.App/environments, a /27 or larger that nothing else uses. No network and no public address is made then, and neither app nor storage can be reached from the internet.')
param appSubnetId string = ''

@description('Conditional. Resource ID of an existing subnet for private endpoints. Needed with appSubnetId.')
param endpointSubnetId string = ''

@description('Conditional. Resource ID of the resource group that holds the private DNS zones (privatelink.blob, queue and table of the storage, and privatelink.azurewebsites.net). Needed with appSubnetId, unless a policy makes the records.')
param privateDnsGroupId string = ''

@description('Conditional. Whether a policy makes the records of private endpoints, as that of Azure landing zones does. Needed with appSubnetId, unless privateDnsGroupId is given.')
param policyMakesDnsRecords bool = false

@description('Optional. Client ID of an app registration that people sign in to, in front of the function keys; none without one.')
param signInClientId string = ''

@description('Optional. Object IDs of the people who may sign in; everyone of the tenant without one. Needs signInClientId.')
param signInPrincipals string[] = []

@description('Optional. Webhooks that are notified besides Application Insights, as docs/guides/webhooks.md describes WEBHOOKS, or a reference to a secret in a Key Vault that holds them.')
@secure()
param webhooks string = ''

@description('Optional. Secrets of the webhooks, as docs/guides/webhooks.md describes WEBHOOK_SECRETS, or a reference to a secret in a Key Vault that holds them.')
@secure()
param webhookSecrets string = ''

@description('Optional. Tags of all resources.')
param tags object = {}

var subscriptions = union(map(monitoredSubscriptions, id => toLower(trim(id))), [])
var misfits = filter(monitoredSubscriptions, id => length(trim(id)) != 36)
var foreign = filter(range(0, length(environmentName)), at => !contains('abcdefghijklmnopqrstuvwxyz0123456789-_.()', toLower(substring(environmentName, at, 1))))

var inLandingZone = !empty(appSubnetId)
var isPrivate = virtualNetwork || inLandingZone
var appIsPrivate = privateApp || inLandingZone

var given = filter([
  { name: 'appSubnetId', id: appSubnetId, holds: '/virtualNetworks/', parts: 11 }
  { name: 'endpointSubnetId', id: endpointSubnetId, holds: '/virtualNetworks/', parts: 11 }
  { name: 'privateDnsGroupId', id: privateDnsGroupId, holds: '/resourceGroups/', parts: 5 }
  { name: 'securityGroupId', id: securityGroupId, holds: '/networkSecurityGroups/', parts: 9 }
  { name: 'routeTableId', id: routeTableId, holds: '/routeTables/', parts: 9 }
  { name: 'workspaceId', id: workspaceId, holds: '/workspaces/', parts: 9 }
  { name: 'monitorScopeId', id: monitorScopeId, holds: '/privateLinkScopes/', parts: 9 }
], each => !empty(each.id))
var misshapen = filter(given, each => !startsWith(toLower(each.id), '/subscriptions/') || length(split(each.id, '/')) != each.parts || !contains(toLower(each.id), toLower(each.holds)))
var samples = filter(given, each => contains(each.id, '00000000-0000-0000-0000-000000000000'))

// Refused before anything is created, all mistakes at once: a prober with nothing to watch would look healthy.
var refusals = filter([
  empty(subscriptions) && empty(managementGroupName) ? 'Nothing to monitor: give monitoredSubscriptions (IDs of subscriptions) or managementGroupName (the name of a management group).' : ''
  empty(misfits) ? '' : 'monitoredSubscriptions holds what is no ID of a subscription: "${join(misfits, '", "')}". Give GUIDs of 36 characters, as "az account list" shows them, not names.'
  empty(foreign) ? '' : 'environmentName is "${environmentName}": give one of letters, digits and - _ . ( ) only.'
  privateApp && !virtualNetwork ? 'privateApp needs a virtual network: give virtualNetwork = true as well, or leave privateApp out. With appSubnetId the app is private without it.' : ''
  (!empty(securityGroupId) || !empty(routeTableId)) && !virtualNetwork ? 'securityGroupId and routeTableId are for the network that is made: give virtualNetwork = true as well, or leave them out. Existing subnets have their own.' : ''
  inLandingZone && virtualNetwork ? 'appSubnetId and virtualNetwork = true contradict each other: the app has one network. Leave one of them out.' : ''
  inLandingZone && empty(endpointSubnetId) ? 'appSubnetId without endpointSubnetId: give the resource ID of a subnet for private endpoints as well, without which the app does not reach its storage.' : ''
  !inLandingZone && !empty(endpointSubnetId) ? 'endpointSubnetId without appSubnetId: give the resource ID of the subnet of the app as well.' : ''
  inLandingZone && empty(privateDnsGroupId) == !policyMakesDnsRecords ? 'With appSubnetId, give either privateDnsGroupId (the resource ID of the resource group with the private DNS zones) or policyMakesDnsRecords = true: without records, the app does not find its storage.' : ''
  !inLandingZone && (!empty(privateDnsGroupId) || policyMakesDnsRecords) ? 'privateDnsGroupId and policyMakesDnsRecords are for existing subnets: give appSubnetId as well, or leave them out.' : ''
  !empty(monitorScopeId) && !inLandingZone && !virtualNetwork ? 'monitorScopeId needs a network that leads to it: give appSubnetId or virtualNetwork = true as well, or leave it out. Without a network, the app could not send telemetry.' : ''
  empty(misshapen) ? '' : 'Not a resource ID of its kind: ${join(map(misshapen, each => '${each.name} = "${each.id}"'), ', ')}. Give it as "az resource show --query id" prints it, beginning with /subscriptions/.'
  empty(samples) ? '' : 'Still the value of the sample: ${join(map(samples, each => each.name), ', ')}. Give the resource IDs of your own network, zones and workspace.'
  !empty(signInClientId) && length(signInClientId) != 36 ? 'signInClientId is "${signInClientId}": give the client ID of an app registration, a GUID of 36 characters, or leave it out.' : ''
  !empty(signInPrincipals) && empty(signInClientId) ? 'signInPrincipals without signInClientId would keep nobody out: give the client ID of the app registration that they sign in to, or leave signInPrincipals out.' : ''
  telemetryDailyLimitGb == 0 ? 'telemetryDailyLimitGb = 0 would take in no telemetry, and without it no alert fires: give 1 or more, or -1 for no limit.' : ''
], text => !empty(text))
var refusal = empty(refusals) ? '' : fail(join(refusals, ' '))

var suffix = take(uniqueString(subscription().id, environmentName, location), 8)
var base = toLower(reduce(['_', '.', '(', ')'], environmentName, (name, mark) => replace(string(name), string(mark), '-')))
var groupName = empty(resourceGroupName) ? 'rg-${base}-${location}' : resourceGroupName
// A value that was refused is not used as a scope: Azure's message would hide ours.
var granted = grantFleetAccess && empty(managementGroupName) && empty(refusals) ? subscriptions : []
var threeIntervals = {
  '5': 'PT15M'
  '10': 'PT30M'
  '15': 'PT45M'
  '20': 'PT1H'
  '30': 'PT2H'
  '60': 'PT3H'
}
// Twice the interval, since one sweep may complete at once and the next at its end; ten minutes by which telemetry may be late; and two of slack.
var silenceWindows = {
  '5': 'PT30M'
  '10': 'PT45M'
  '15': 'PT45M'
  '20': 'PT1H'
  '30': 'PT2H'
  '60': 'PT3H'
}
var zoneNames = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  queue: 'privatelink.queue.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  sites: 'privatelink.azurewebsites.net'
}
var storageServices = ['blob', 'queue', 'table']
// Those of others are found by their name; none where a policy makes the records.
var othersZones = empty(privateDnsGroupId) ? '' : '${privateDnsGroupId}/providers/Microsoft.Network/privateDnsZones/'
var proberName = '${environmentName} ${location}'
// A module that is not deployed has a scope all the same, which Azure computes: one that is there, the group of the prober itself.
var joinsScope = !empty(monitorScopeId) && joinMonitorScope && empty(refusals)
var scopeParts = split(joinsScope ? monitorScopeId : '/subscriptions/${subscription().subscriptionId}/resourceGroups/${groupName}/providers/-/-/-', '/')
var tellsPeople = !empty(alertEmails) || !empty(alertWebhookUrl)

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  // Another region needs another group: one keeps its region for ever.
  name: '${groupName}${refusal}'
  location: location
  tags: union(tags, { 'azd-env-name': environmentName })
}

module signInIdentity 'modules/sign-in-identity.bicep' = if (!empty(signInClientId)) {
  scope: group
  params: {
    name: 'id-${base}-${suffix}-sign-in'
    location: location
    tags: tags
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: 'st${suffix}'
    location: location
    tags: tags
    sku: storageSku
    private: isPrivate
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: 'log-${base}-${suffix}'
    componentName: 'appi-${base}-${suffix}'
    location: location
    tags: tags
    retentionDays: telemetryRetentionDays
    dailyLimitGb: telemetryDailyLimitGb
    existingWorkspaceId: workspaceId
    private: !empty(monitorScopeId)
  }
}

module componentInScope 'modules/private-link-scope.bicep' = if (joinsScope) {
  scope: resourceGroup(scopeParts[2], scopeParts[4])
  params: {
    scopeName: scopeParts[8]
    memberId: monitoring.outputs.componentId
  }
}

// One that exists is in the scope or not: that is its owner's.
module workspaceInScope 'modules/private-link-scope.bicep' = if (joinsScope && empty(workspaceId)) {
  scope: resourceGroup(scopeParts[2], scopeParts[4])
  // A scope takes one member at a time.
  dependsOn: [componentInScope]
  params: {
    scopeName: scopeParts[8]
    memberId: monitoring.outputs.workspaceId
  }
}

module network 'modules/network.bicep' = if (virtualNetwork) {
  scope: group
  params: {
    name: 'vnet-${base}-${suffix}'
    location: location
    tags: tags
    addressPrefix: virtualNetworkPrefix
    securityGroupId: securityGroupId
    routeTableId: routeTableId
  }
}

module zones 'modules/private-zone.bicep' = [for service in storageServices: if (virtualNetwork) {
  scope: group
  params: {
    name: zoneNames[service]
    virtualNetworkId: network!.outputs.id
    tags: tags
  }
}]

module appZone 'modules/private-zone.bicep' = if (virtualNetwork && privateApp) {
  scope: group
  params: {
    name: zoneNames.sites
    virtualNetworkId: network!.outputs.id
    tags: tags
  }
}

module storageEndpoint 'modules/private-endpoint.bicep' = [for (service, index) in storageServices: if (isPrivate) {
  scope: group
  params: {
    name: 'pe-${base}-${suffix}-${service}'
    location: location
    tags: tags
    targetId: storage.outputs.id
    groupId: service
    zoneId: virtualNetwork ? zones[index]!.outputs.id : empty(othersZones) ? '' : '${othersZones}${zoneNames[service]}'
    subnetId: virtualNetwork ? network!.outputs.endpointSubnetId : endpointSubnetId
  }
}]

module app 'modules/function-app.bicep' = {
  scope: group
  // The app asks for its storage as soon as it exists.
  dependsOn: [storageEndpoint]
  params: {
    planName: 'plan-${base}-${suffix}'
    name: 'func-${base}-${suffix}'
    location: location
    tags: tags
    signInIdentityId: empty(signInClientId) ? '' : signInIdentity!.outputs.id
    packageUrl: storage.outputs.packageUrl
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: alwaysReadyInstances
    subnetId: virtualNetwork ? network!.outputs.appSubnetId : appSubnetId
    private: appIsPrivate
    zoneRedundant: storageSku == 'Standard_ZRS'
    settings: union(
      tunedSettings(sweepMinutes == 60 ? '0 0 * * * *' : '0 */${sweepMinutes} * * * *', subscriptions, tuning),
      identitySettings(
        {
          blobs: storage.outputs.blobEndpoint
          queues: storage.outputs.queueEndpoint
          tables: storage.outputs.tableEndpoint
          resourceManager: environment().resourceManager
          login: environment().authentication.loginEndpoint
        },
        monitoring.outputs.connectionString
      ),
      empty(signInClientId) ? {} : { OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID: signInIdentity!.outputs.clientId }
    )
    secretSettings: webhookSettings(webhooks, webhookSecrets)
  }
}

module roles 'modules/role-assignments.bicep' = {
  scope: group
  params: {
    storageName: storage.outputs.name
    componentName: monitoring.outputs.componentName
    principalId: app.outputs.principalId
  }
}

module appEndpoint 'modules/private-endpoint.bicep' = if (appIsPrivate) {
  scope: group
  params: {
    name: 'pe-${base}-${suffix}-app'
    location: location
    tags: tags
    targetId: app.outputs.id
    groupId: 'sites'
    zoneId: virtualNetwork ? appZone!.outputs.id : empty(othersZones) ? '' : '${othersZones}${zoneNames.sites}'
    subnetId: virtualNetwork ? network!.outputs.endpointSubnetId : endpointSubnetId
  }
}

module signIn 'modules/sign-in.bicep' = if (!empty(signInClientId)) {
  scope: group
  params: {
    appName: app.outputs.name
    clientId: signInClientId
    allowedPrincipals: signInPrincipals
  }
}

module diagnostics 'modules/diagnostics.bicep' = {
  scope: group
  params: {
    appName: app.outputs.name
    storageName: storage.outputs.name
    workspaceId: monitoring.outputs.workspaceId
    logStorageWrites: logStorageWrites
  }
}

module actionGroup 'modules/action-group.bicep' = if (tellsPeople) {
  scope: group
  params: {
    name: 'ag-${base}-${suffix}'
    tags: tags
    emails: alertEmails
    webhookUrl: alertWebhookUrl
  }
}

// Who is woken, and who is told in the morning: both are the same group unless others are named.
var ownGroupIds = tellsPeople ? [actionGroup!.outputs.id] : []
var woken = empty(pageGroupIds) ? ownGroupIds : pageGroupIds
var told = empty(ticketGroupIds) ? ownGroupIds : ticketGroupIds

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    name: base
    location: monitoring.outputs.workspaceLocation
    tags: tags
    componentId: monitoring.outputs.componentId
    workspaceIsShared: !empty(workspaceId)
    workspaceId: monitoring.outputs.workspaceId
    pageGroupIds: woken
    ticketGroupIds: told
    pageUrl: tuning.?pageUrl ?? app.outputs.pageUrl
    threeIntervals: threeIntervals[string(sweepMinutes)]
    silenceWindow: silenceWindows[string(sweepMinutes)]
    splitBy: splitBy
    minimumCoveragePercent: minimumCoveragePercent
    toleratedNodeOutages: toleratedNodeOutages
    packageIsLogged: logStorageWrites
    watchRuns: watchRuns
    principalId: app.outputs.principalId
  }
}

module watchProber 'modules/watch-prober.bicep' = {
  scope: group
  params: {
    name: base
    location: location
    tags: tags
    appName: app.outputs.name
    private: appIsPrivate
    healthUrl: app.outputs.healthUrl
    componentName: monitoring.outputs.componentName
    storageName: storage.outputs.name
    pageRuleIds: alerts.outputs.pageRuleIds
    pageGroupIds: woken
    ticketGroupIds: told
  }
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    displayName: 'AKS fleet (${environmentName})'
    componentId: monitoring.outputs.componentId
    workspaceIsShared: !empty(workspaceId)
    workspaceId: monitoring.outputs.workspaceId
    pageUrl: tuning.?pageUrl ?? app.outputs.pageUrl
    onCallUrl: onCallUrl
  }
}

// Once for all of them, defined where the prober is. Names of deployments contain the region, by the suffix: a deployment keeps its region for ever.
module fleetRoles 'fleet-roles.bicep' = if (!empty(granted)) {
  name: 'aks-fleet-prober-roles-${suffix}'
  params: {
    subscriptionIds: union(granted, map(networkSubscriptions, id => toLower(trim(id))))
    proberName: proberName
  }
}

module access 'fleet-access.bicep' = [for id in granted: {
  name: 'aks-fleet-prober-${suffix}'
  scope: subscription(id)
  params: {
    principalId: app.outputs.principalId
    rolesScope: fleetRoles!.outputs.rolesScope
    proberName: proberName
    runCommandOn: runCommandOn
    location: location
    // Where the workspace was there before, so may be what is sent to it: Azure refuses the same category twice.
    activityLogTo: watchRuns && empty(workspaceId) ? monitoring.outputs.workspaceId : ''
  }
}]

@description('Address of the status page; it asks for a function key.')
output pageUrl string = tuning.?pageUrl ?? app.outputs.pageUrl

@description('Address that answers 200 while sweeps complete, and needs no key; that of the app itself, also where pageUrl is another in front of it.')
output healthUrl string = app.outputs.healthUrl

@description('Name of the function app.')
output functionAppName string = app.outputs.name

@description('Name of the resource group.')
output resourceGroupName string = group.name

@description('Principal ID of the identity, which fleet-access.bicep and fleet-access-mg.bicep ask for.')
output principalId string = app.outputs.principalId

@description('Principal ID of the identity of the sign-in, the subject of the federated credential of the app registration; empty without a sign-in.')
output signInPrincipalId string = empty(signInClientId) ? '' : signInIdentity!.outputs.principalId

@description('Whether this deployment granted access to what is monitored; the rest is what others need to do so.')
output accessGranted bool = !empty(granted)

@description('The management group that is monitored; empty without one.')
output managementGroup string = managementGroupName

@description('The subscriptions that are monitored, separated by commas; empty if all of the management group are.')
output monitored string = join(subscriptions, ',')

@description('Resource ID of the Log Analytics workspace, which fleet-access.bicep takes as activityLogTo.')
output workspaceId string = monitoring.outputs.workspaceId

@description('Name of the storage account, where results are.')
output storageName string = storage.outputs.name

@description('Name of the Application Insights component, where exceptions are.')
output componentName string = monitoring.outputs.componentName
