metadata name = 'Identity of a pipeline'
metadata description = 'An identity that one kind of run of a pipeline signs in as, with the token that its runner gets and without a secret.'

@description('Required. Name of the identity.')
param name string

@description('Required. Region of the identity.')
param location string

@description('Optional. Tags of the identity.')
param tags object = {}

@description('Required. Issuer of the tokens.')
param issuer string

@description('Required. Subject of the tokens.')
param subject string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: name
  location: location
  tags: tags

  resource pipeline 'federatedIdentityCredentials' = {
    name: 'pipeline'
    properties: {
      issuer: issuer
      subject: subject
      audiences: ['api://AzureADTokenExchange']
    }
  }
}

@description('Client ID, by which the pipeline names it.')
output clientId string = identity.properties.clientId

@description('Principal ID, to which roles are assigned.')
output principalId string = identity.properties.principalId
