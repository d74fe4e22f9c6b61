metadata name = 'Monitoring'
metadata description = 'Log Analytics, unless there is a workspace, and Application Insights, both reached by identity only.'

@description('Required. Name of the Log Analytics workspace, if one is made.')
param workspaceName string

@description('Optional. Resource ID of an existing workspace. Its retention, its limit and who may query it are its owner\'s.')
param existingWorkspaceId string = ''

@description('Required. Name of the Application Insights component.')
param componentName string

@description('Required. Region of both.')
param location string

@description('Optional. Tags of both.')
param tags object = {}

@description('Optional. Days for which telemetry is kept.')
@minValue(30)
@maxValue(730)
param retentionDays int = 90

@description('Optional. Gigabytes a day after which no more is ingested until the next day, 1 or more; -1 for no limit. Reaching the limit also silences alerts. main.bicep refuses 0.')
@minValue(-1)
param dailyLimitGb int = -1

@description('Optional. Whether both can only be reached through a private link scope, for telemetry as for queries.')
param private bool = false

var access = private ? 'Disabled' : 'Enabled'

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = if (empty(existingWorkspaceId)) {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionDays
    workspaceCapping: {
      dailyQuotaGb: dailyLimitGb
    }
    publicNetworkAccessForIngestion: access
    publicNetworkAccessForQuery: access
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
  }
}

var existingParts = split(empty(existingWorkspaceId) ? '${resourceGroup().id}/providers/-/-/-' : existingWorkspaceId, '/')

resource given 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = if (!empty(existingWorkspaceId)) {
  scope: resourceGroup(existingParts[2], existingParts[4])
  name: existingParts[8]
}

var id = empty(existingWorkspaceId) ? workspace.id : existingWorkspaceId

resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: componentName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    DisableLocalAuth: true
    IngestionMode: 'LogAnalytics'
    WorkspaceResourceId: id
    publicNetworkAccessForIngestion: access
    publicNetworkAccessForQuery: access
  }
}

@description('Resource ID of the workspace: alerts and the workbook query it.')
output workspaceId string = id

@description('Region of the workspace, which rules that query it are made in.')
output workspaceLocation string = empty(existingWorkspaceId) ? workspace!.location : given!.location

@description('Name of the Application Insights component.')
output componentName string = component.name

@description('Resource ID of the Application Insights component.')
output componentId string = component.id

@description('Where telemetry is sent. Not a secret: without a token of the identity nothing is accepted.')
output connectionString string = component.properties.ConnectionString
