metadata name = 'Identity'
metadata description = 'The one identity of the prober. It can run code as root on every node it is given access to: nothing else may use it.'

@description('Required. Name of the identity.')
param name string

@description('Required. Region of the identity.')
param location string

@description('Optional. Tags of the identity.')
param tags object = {}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: name
  location: location
  tags: tags
}

@description('Resource ID of the identity.')
output id string = identity.id

@description('Name of the identity.')
output name string = identity.name

@description('Client ID, by which programs name it.')
output clientId string = identity.properties.clientId

@description('Principal ID, to which roles are assigned.')
output principalId string = identity.properties.principalId
