targetScope = 'subscription'

metadata name = 'Identities of the pipeline'
metadata description = 'Two identities without a secret: one that previews a deployment before somebody approves it, and one that deploys after that. Neither needs an app registration.'

import { onlyRolesOfTheTemplate, previewActions } from 'deployment-rights.bicep'

@description('Optional. Region of the identities.')
param location string = deployment().location

@description('Optional. Name of the pipeline, part of the names of all that is made: another pipeline needs another one.')
param pipelineName string = 'fleet-prober'

@description('Required. Issuer of the tokens: https://token.actions.githubusercontent.com, or what the service connection of Azure Pipelines shows.')
param issuer string

@description('Required. Subject of the token that may preview: repo:<owner>/<repository>:environment:preview, or what the service connection shows.')
param previewSubject string

@description('Required. Subject of the token that may deploy, which only an approved run gets: repo:<owner>/<repository>:environment:production, or what the service connection shows.')
param deploySubject string

@description('Optional. Tags of the resource group and the identities.')
param tags object = {}

var resourceGroupName = 'rg-${pipelineName}-pipeline-${location}'

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: resourceGroupName
  location: location
  tags: tags
}

module preview 'identity.bicep' = {
  scope: group
  params: {
    name: 'id-${pipelineName}-preview'
    location: location
    tags: tags
    issuer: issuer
    subject: previewSubject
  }
}

module deploy 'identity.bicep' = {
  scope: group
  params: {
    name: 'id-${pipelineName}-deploy'
    location: location
    tags: tags
    issuer: issuer
    subject: deploySubject
  }
}

var reader = 'acdd72a7-3385-48ef-bd42-f606fba81ae7' // Reader
var contributor = 'b24988ac-6180-42a0-ab88-20f7382dd24c' // Contributor
var accessAdministrator = 'f58310d9-a9f6-439a-9e8d-f62e7b41a168' // Role Based Access Control Administrator

resource previewRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, resourceGroupName, 'preview')
  properties: {
    roleName: 'Preview of deployments (${subscription().subscriptionId}, ${resourceGroupName})'
    description: 'Asks what a deployment would change. Changes nothing.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [
      {
        actions: previewActions
        notActions: []
      }
    ]
  }
}

resource previewReads 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, resourceGroupName, 'preview', reader)
  properties: {
    description: 'aks-fleet-prober: previews deployments'
    principalId: preview.outputs.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', reader)
  }
}

resource previews 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, resourceGroupName, 'preview', previewRole.id)
  properties: {
    description: 'aks-fleet-prober: previews deployments'
    principalId: preview.outputs.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: previewRole.id
  }
}

resource deploys 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, resourceGroupName, 'deploy', contributor)
  properties: {
    description: 'aks-fleet-prober: deploys. Whoever can deploy the app can run commands on every node of the fleet'
    principalId: deploy.outputs.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', contributor)
  }
}

resource assigns 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, resourceGroupName, 'deploy', accessAdministrator)
  properties: {
    description: 'aks-fleet-prober: assigns the roles of its template, and no others'
    principalId: deploy.outputs.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', accessAdministrator)
    condition: onlyRolesOfTheTemplate
    conditionVersion: '2.0'
  }
}

@description('Client ID of the identity that previews: the variable AZURE_PREVIEW_CLIENT_ID.')
output previewClientId string = preview.outputs.clientId

@description('Client ID of the identity that deploys: the variable AZURE_CLIENT_ID.')
output deployClientId string = deploy.outputs.clientId

@description('Name of the resource group of the identities.')
output resourceGroupName string = group.name

@description('Principal ID of the identity that previews: a landing zone grants it Reader where network, zones, workspace and private link scope are.')
output previewPrincipalId string = preview.outputs.principalId

@description('Principal ID of the identity that deploys: a landing zone grants it rights there.')
output deployPrincipalId string = deploy.outputs.principalId
