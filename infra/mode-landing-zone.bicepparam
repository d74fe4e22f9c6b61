// An Azure landing zone: your network, your DNS zones, your workspace; no public address and no public endpoint.
// Copy it to infra/main.bicepparam, which is yours: no upgrade touches it. Every parameter is described in infra/main.bicep.
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'prod')
param location = any(readEnvironmentVariable('AZURE_LOCATION', 'westeurope'))

// What is monitored: IDs of subscriptions of the same tenant, separated by commas.
param monitoredSubscriptions = filter(map(split(readEnvironmentVariable('MONITORED_SUBSCRIPTIONS', ''), ','), id => trim(id)), id => !empty(id))
// Or all below a management group; with both, only these of its subscriptions. Its access is granted by fleet-access-mg.bicep.
param managementGroupName = readEnvironmentVariable('MANAGEMENT_GROUP', '')

// Others grant access to them, with fleet-roles-mg.bicep and fleet-access.bicep.
param grantFleetAccess = readEnvironmentVariable('GRANT_FLEET_ACCESS', 'false') == 'true'

// The network: subnets that exist. That of the app is delegated to Microsoft.App/environments and used by nothing else; their security groups and routes are yours.
param appSubnetId = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-spoke/providers/Microsoft.Network/virtualNetworks/vnet-spoke/subnets/snet-fleet-prober'
param endpointSubnetId = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-spoke/providers/Microsoft.Network/virtualNetworks/vnet-spoke/subnets/snet-endpoints'

// A policy makes the records of private endpoints. Without one, leave this out and give privateDnsGroupId: the resource group of the private DNS zones.
param policyMakesDnsRecords = true

// Where telemetry goes: your workspace, through your Azure Monitor private link scope. Leave either out where there is none.
param workspaceId = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-management/providers/Microsoft.OperationalInsights/workspaces/log-central'
param monitorScopeId = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-management/providers/Microsoft.Insights/privateLinkScopes/ampls-central'

// An alert reports Run Commands as the prober that it did not start. Needs the Activity Log of the monitored subscriptions in that workspace.
param watchRuns = true

// Who is notified: your action groups, for those who are woken and for the rest.
param pageGroupIds = []
param ticketGroupIds = []

// Three zones, and the tags that your policies ask for.
param storageSku = 'Standard_ZRS'
param tags = {
  costCenter: 'platform'
  owner: 'platform-team'
}

// Webhooks that are notified as well, and their secrets: the values, or references to secrets in a Key Vault.
param webhooks = readEnvironmentVariable('WEBHOOKS', '')
param webhookSecrets = readEnvironmentVariable('WEBHOOK_SECRETS', '')
