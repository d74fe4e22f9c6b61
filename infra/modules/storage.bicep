metadata name = 'Storage'
metadata description = 'State, queues and the deployed package. Reached by identity only: the account has no usable key.'

@description('Required. Name of the account: 3 to 24 lower-case letters and digits.')
@minLength(3)
@maxLength(24)
param name string

@description('Required. Region of the account.')
param location string

@description('Optional. Tags of the account.')
param tags object = {}

@description('Optional. Redundancy of the data: one zone, or three where the region has them.')
@allowed(['Standard_LRS', 'Standard_ZRS'])
param sku string = 'Standard_LRS'

@description('Optional. Whether the account can only be reached through private endpoints.')
param private bool = false

@description('Optional. Name of the container that holds the deployed package.')
param packageContainer string = 'app-package'

// Created here so that the app finds them when it starts; it creates those with a date in their name itself.
var tableNames = ['fleet', 'clusters', 'names', 'probes', 'sweeps', 'pace', 'poison', 'checks', 'webhooks']
var queueNames = ['work', 'work-poison']

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: sku
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowedCopyScope: 'AAD'
    isLocalUserEnabled: false
    isSftpEnabled: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: private ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: private ? 'Deny' : 'Allow'
    }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    // So that a package that somebody deleted or wrote over can be looked at.
    properties: {
      containerDeleteRetentionPolicy: {
        enabled: true
        days: 14
      }
      deleteRetentionPolicy: {
        enabled: true
        days: 14
      }
    }

    resource package 'containers' = {
      name: packageContainer
      properties: {
        publicAccess: 'None'
      }
    }
  }

  resource queues 'queueServices' = {
    name: 'default'

    resource each 'queues' = [for queue in queueNames: {
      name: queue
    }]
  }

  resource tables 'tableServices' = {
    name: 'default'

    resource each 'tables' = [for table in tableNames: {
      name: table
    }]
  }
}

@description('Resource ID of the account.')
output id string = account.id

@description('Name of the account.')
output name string = account.name

@description('Addresses of its services, each with a trailing slash.')
output blobEndpoint string = account.properties.primaryEndpoints.blob

@description('Address of its queues.')
output queueEndpoint string = account.properties.primaryEndpoints.queue

@description('Address of its tables.')
output tableEndpoint string = account.properties.primaryEndpoints.table

@description('Address of the container that holds the deployed package.')
output packageUrl string = '${account.properties.primaryEndpoints.blob}${packageContainer}'
