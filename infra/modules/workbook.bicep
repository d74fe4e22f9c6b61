metadata name = 'Workbook'
metadata description = 'The fleet in the Azure portal: now, over time, by reason, down to one node.'

@description('Required. Region of the workbook.')
param location string

@description('Optional. Tags of the workbook.')
param tags object = {}

@description('Required. Name of the workbook, as people see it.')
param displayName string

@description('Required. Resource ID of the Log Analytics workspace that it queries.')
param workspaceId string

@description('Required. Address of the status page.')
param pageUrl string

@description('Optional. Address at which your people read the guide of those on call; none without one, and the workbook names the file.')
param onCallUrl string = ''

var guide = empty(onCallUrl) ? 'What to do about each page is in docs/guides/on-call.md.' : '[What to do about each page](${onCallUrl}).'
var linked = replace(replace(loadTextContent('../workbook.json'), '@@pageUrl@@', pageUrl), '@@onCall@@', guide)

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
