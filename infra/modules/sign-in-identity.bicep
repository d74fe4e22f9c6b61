metadata name = 'Identity for the sign-in'
metadata description = 'By which the app vouches for the app registration that people sign in to, so that there is no secret to keep. It has no role anywhere: nodes are reached by the identity of the app itself, which cannot be attached to anything else.'

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

@description('Client ID, by which the app names it.')
output clientId string = identity.properties.clientId

@description('Principal ID: the subject of the federated credential of the app registration.')
output principalId string = identity.properties.principalId
