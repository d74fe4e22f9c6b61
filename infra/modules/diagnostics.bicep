metadata name = 'Diagnostics'
metadata description = 'What Azure itself records about the app and the storage, sent to the workspace.'

@description('Required. Name of the function app.')
param appName string

@description('Required. Name of the storage account.')
param storageName string

@description('Required. Resource ID of the Log Analytics workspace.')
param workspaceId string

@description('Optional. Whether each write to and deletion from the storage is logged, for audits. It costs more than all other telemetry together.')
param logStorageWrites bool = false

resource app 'Microsoft.Web/sites@2024-04-01' existing = {
  name: appName
}

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: storageName

  resource blobs 'blobServices' existing = {
    name: 'default'
  }

  resource queues 'queueServices' existing = {
    name: 'default'
  }

  resource tables 'tableServices' existing = {
    name: 'default'
  }
}

var storageLogs = map(logStorageWrites ? ['StorageWrite', 'StorageDelete'] : [], category => {
  category: category
  enabled: true
})
var storageMetrics = [
  {
    category: 'Transaction'
    enabled: true
  }
]

resource ofApp 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: app
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'FunctionAppLogs'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

resource ofBlobs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: storage::blobs
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: storageLogs
    metrics: storageMetrics
  }
}

resource ofQueues 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: storage::queues
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: storageLogs
    metrics: storageMetrics
  }
}

resource ofTables 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: storage::tables
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: storageLogs
    metrics: storageMetrics
  }
}
