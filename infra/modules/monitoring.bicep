metadata name = 'Monitoring'
metadata description = 'Log Analytics and Application Insights, both reached by identity only.'

@description('Required. Name of the Log Analytics workspace.')
param workspaceName string

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

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
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
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
  }
}

resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: componentName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    DisableLocalAuth: true
    IngestionMode: 'LogAnalytics'
    WorkspaceResourceId: workspace.id
  }
}

@description('Resource ID of the workspace: alerts and the workbook query it.')
output workspaceId string = workspace.id

@description('Name of the Application Insights component.')
output componentName string = component.name

@description('Where telemetry is sent. Not a secret: without a token of the identity nothing is accepted.')
output connectionString string = component.properties.ConnectionString
