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

var linked = replace(loadTextContent('../workbook.json'), '@@pageUrl@@', pageUrl)

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
