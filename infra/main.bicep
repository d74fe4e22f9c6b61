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

@description('Conditional. IDs of the subscriptions whose clusters are monitored. Needed unless managementGroupName is given; with it, only these of its subscriptions are monitored. Each is a GUID of 36 characters; one that is given twice counts once.')
@maxLength(500)
param monitoredSubscriptions string[] = []

@description('Conditional. Name of a management group, all of whose subscriptions are monitored. Needed unless monitoredSubscriptions are given. Its access is granted by fleet-access-mg.bicep.')
param managementGroupName string = ''

@description('Optional. Whether this deployment grants access to the monitored subscriptions; false where others grant it with fleet-access.bicep.')
param grantFleetAccess bool = true

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

@description('Optional. Redundancy of the storage: one zone, or three where the region has them.')
@allowed(['Standard_LRS', 'Standard_ZRS'])
param storageSku string = 'Standard_LRS'

@description('Optional. Days for which telemetry is kept.')
@minValue(30)
@maxValue(730)
param telemetryRetentionDays int = 90

@description('Optional. Gigabytes of telemetry a day after which no more is ingested, 1 or more; -1 for no limit. Reaching the limit also silences alerts.')
@minValue(-1)
param telemetryDailyLimitGb int = -1

@description('Optional. Whether each write to the storage is logged, for audits.')
param logStorageWrites bool = false

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

@description('Optional. Whether the storage can only be reached through a virtual network of its own.')
param virtualNetwork bool = false

@description('Optional. Addresses of the virtual network, a /25 or larger.')
param virtualNetworkPrefix string = '10.90.0.0/24'

@description('Optional. Whether the app, too, can only be reached through the virtual network. It must then be deployed from inside.')
param privateApp bool = false

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

// Refused before anything is created, all mistakes at once: a prober with nothing to watch would look healthy.
var refusals = filter([
  empty(subscriptions) && empty(managementGroupName) ? 'Nothing to monitor: give monitoredSubscriptions (IDs of subscriptions) or managementGroupName (the name of a management group).' : ''
  empty(misfits) ? '' : 'monitoredSubscriptions holds what is no ID of a subscription: "${join(misfits, '", "')}". Give GUIDs of 36 characters, as "az account list" shows them, not names.'
  empty(foreign) ? '' : 'environmentName is "${environmentName}": give one of letters, digits and - _ . ( ) only.'
  privateApp && !virtualNetwork ? 'privateApp needs a virtual network: give virtualNetwork = true as well, or leave privateApp out.' : ''
  !empty(signInClientId) && length(signInClientId) != 36 ? 'signInClientId is "${signInClientId}": give the client ID of an app registration, a GUID of 36 characters, or leave it out.' : ''
  !empty(signInPrincipals) && empty(signInClientId) ? 'signInPrincipals without signInClientId would keep nobody out: give the client ID of the app registration that they sign in to, or leave signInPrincipals out.' : ''
  telemetryDailyLimitGb == 0 ? 'telemetryDailyLimitGb = 0 would take in no telemetry, and without it no alert fires: give 1 or more, or -1 for no limit.' : ''
], text => !empty(text))
var refusal = empty(refusals) ? '' : fail(join(refusals, ' '))

var suffix = take(uniqueString(subscription().id, environmentName, location), 8)
var base = toLower(reduce(['_', '.', '(', ')'], environmentName, (name, mark) => replace(string(name), string(mark), '-')))
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
var tellsPeople = !empty(alertEmails) || !empty(alertWebhookUrl)
var storageSuffix = environment().suffixes.storage

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${base}${refusal}'
  location: location
  tags: union(tags, { 'azd-env-name': environmentName })
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: {
    name: 'id-${base}-${suffix}'
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
    private: virtualNetwork
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
  }
}

module roles 'modules/role-assignments.bicep' = {
  scope: group
  params: {
    storageName: storage.outputs.name
    componentName: monitoring.outputs.componentName
    principalId: identity.outputs.principalId
  }
}

module network 'modules/network.bicep' = if (virtualNetwork) {
  scope: group
  params: {
    name: 'vnet-${base}-${suffix}'
    location: location
    tags: tags
    addressPrefix: virtualNetworkPrefix
  }
}

module storageEndpoint 'modules/private-endpoint.bicep' = [for service in ['blob', 'queue', 'table']: if (virtualNetwork) {
  scope: group
  params: {
    name: 'pe-${base}-${service}'
    location: location
    tags: tags
    targetId: storage.outputs.id
    groupId: service
    zoneName: 'privatelink.${service}.${storageSuffix}'
    virtualNetworkId: network!.outputs.id
    subnetId: network!.outputs.endpointSubnetId
  }
}]

module app 'modules/function-app.bicep' = {
  scope: group
  // The app reads its package and keys as soon as it exists.
  dependsOn: [roles, storageEndpoint]
  params: {
    planName: 'plan-${base}-${suffix}'
    name: 'func-${base}-${suffix}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    packageUrl: storage.outputs.packageUrl
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: alwaysReadyInstances
    subnetId: virtualNetwork ? network!.outputs.appSubnetId : ''
    private: privateApp
    settings: union(
      tunedSettings(sweepMinutes == 60 ? '0 0 * * * *' : '0 */${sweepMinutes} * * * *', subscriptions, tuning),
      identitySettings(
        identity.outputs.clientId,
        {
          blobs: storage.outputs.blobEndpoint
          queues: storage.outputs.queueEndpoint
          tables: storage.outputs.tableEndpoint
          resourceManager: environment().resourceManager
          login: environment().authentication.loginEndpoint
        },
        monitoring.outputs.connectionString
      ),
      empty(signInClientId) ? {} : { OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID: identity.outputs.clientId }
    )
    secretSettings: webhookSettings(webhooks, webhookSecrets)
  }
}

module appEndpoint 'modules/private-endpoint.bicep' = if (privateApp) {
  scope: group
  params: {
    name: 'pe-${base}-app'
    location: location
    tags: tags
    targetId: app.outputs.id
    groupId: 'sites'
    zoneName: 'privatelink.azurewebsites.net'
    virtualNetworkId: network!.outputs.id
    subnetId: network!.outputs.endpointSubnetId
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
    name: 'ag-${base}'
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
    location: location
    tags: tags
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
  }
}

module watchProber 'modules/watch-prober.bicep' = {
  scope: group
  params: {
    name: base
    location: location
    tags: tags
    appName: app.outputs.name
    private: privateApp
    healthUrl: app.outputs.healthUrl
    componentName: monitoring.outputs.componentName
    identityName: identity.outputs.name
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
    workspaceId: monitoring.outputs.workspaceId
    pageUrl: tuning.?pageUrl ?? app.outputs.pageUrl
    onCallUrl: onCallUrl
  }
}

// A deployment keeps its region for ever, so its name contains the region, by the suffix.
module access 'fleet-access.bicep' = [for id in granted: {
  name: 'aks-fleet-prober-${suffix}'
  scope: subscription(id)
  params: {
    principalId: identity.outputs.principalId
  }
}]

@description('Address of the status page; it asks for a function key.')
output pageUrl string = tuning.?pageUrl ?? app.outputs.pageUrl

@description('Name of the function app.')
output functionAppName string = app.outputs.name

@description('Name of the resource group.')
output resourceGroupName string = group.name

@description('Principal ID of the identity, which fleet-access.bicep and fleet-access-mg.bicep ask for.')
output principalId string = identity.outputs.principalId

@description('Name of the storage account, where results are.')
output storageName string = storage.outputs.name

@description('Name of the Application Insights component, where exceptions are.')
output componentName string = monitoring.outputs.componentName
