metadata name = 'Function app'
metadata description = 'The Flex Consumption plan and the app on it.'

@description('Required. Name of the plan.')
param planName string

@description('Required. Name of the app; part of its address.')
param name string

@description('Required. Region of both.')
param location string

@description('Optional. Tags of both.')
param tags object = {}

@description('Optional. Resource ID of the identity by which people sign in; none without a sign-in.')
param signInIdentityId string = ''

@description('Required. Address of the container that holds the deployed package.')
param packageUrl string

@description('Required. Settings of the app by name.')
param settings { *: string }

@description('Optional. Settings of the app by name that are secret, or references to secrets in a Key Vault.')
@secure()
param secretSettings { *: string } = {}

@description('Optional. Memory of an instance in megabytes.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 512

@description('Optional. The highest number of on-demand instances of a function.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Optional. Always-ready instances for the function that does the work; 0 for none.')
@minValue(0)
@maxValue(20)
param alwaysReadyInstances int = 1

@description('Optional. Subnet through which the app reaches the storage; none without a virtual network.')
param subnetId string = ''

@description('Optional. Whether the app can only be reached through a private endpoint.')
param private bool = false

@description('Optional. Whether instances are spread over availability zones. Azure then keeps two instances of each function ready.')
param zoneRedundant bool = false

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'prober' })
  kind: 'functionapp,linux'
  // The identity that may run commands on nodes is the app's own: it cannot be attached to anything else, and ends with the app.
  identity: empty(signInIdentityId) ? {
    type: 'SystemAssigned'
  } : {
    type: 'SystemAssigned, UserAssigned'
    userAssignedIdentities: {
      '${signInIdentityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    publicNetworkAccess: private ? 'Disabled' : 'Enabled'
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      remoteDebuggingEnabled: false
      http20Enabled: true
      appSettings: map(items(union(settings, secretSettings)), setting => {
        name: setting.key
        value: setting.value
      })
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageUrl
          authentication: {
            type: 'SystemAssignedIdentity'
          }
        }
      }
      runtime: {
        name: 'node'
        version: '22'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReadyInstances == 0 ? [] : [
          {
            name: 'function:work'
            instanceCount: alwaysReadyInstances
          }
        ]
      }
    }
  }

  // Deployment with passwords is off: packages are deployed by identity.
  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: {
      allow: false
    }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: {
      allow: false
    }
  }
}

@description('Resource ID of the app.')
output id string = app.id

@description('Name of the app.')
output name string = app.name

@description('Principal ID of its identity, to which roles are assigned.')
output principalId string = app.identity.principalId

@description('Address of the status page.')
output pageUrl string = 'https://${app.properties.defaultHostName}/api/status'

@description('Address that answers 200 while sweeps complete, and needs no key.')
output healthUrl string = 'https://${app.properties.defaultHostName}/api/health'
