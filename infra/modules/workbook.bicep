metadata name = 'Workbook'
metadata description = 'The fleet in the Azure portal: now, over time, by reason, down to one node.'

import { ownTelemetry } from 'own-telemetry.bicep'

@description('Required. Region of the workbook.')
param location string

@description('Optional. Tags of the workbook.')
param tags object = {}

@description('Required. Name of the workbook, as people see it.')
param displayName string

@description('Required. Resource ID of the Log Analytics workspace that it queries.')
param workspaceId string

@description('Required. Resource ID of the Application Insights component that the prober sends its telemetry to.')
param componentId string

@description('Optional. Whether others send their telemetry to the workspace, too.')
param workspaceIsShared bool = false

@description('Required. Address of the status page.')
param pageUrl string

@description('Optional. Address at which your people read the guide of those on call; none without one, and the workbook names the file.')
param onCallUrl string = ''

var guide = empty(onCallUrl) ? 'What to do about each page is in docs/guides/on-call.md.' : '[What to do about each page](${onCallUrl}).'
var queries = loadTextContent('../workbook.json')
// In JSON, a line feed is two characters.
var ours = workspaceIsShared ? ownTelemetry(queries, componentId, '\\n') : queries
var linked = replace(replace(ours, '@@pageUrl@@', pageUrl), '@@onCall@@', guide)

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'aks-fleet-prober')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: displayName
    category: 'workbook'
    sourceId: workspaceId
    serializedData: replace(linked, '@@workspaceId@@', workspaceId)
  }
}

@description('Resource ID of the workbook.')
output id string = workbook.id
