targetScope = 'subscription'

metadata name = 'Fleet access, one subscription'
metadata description = 'Lets the prober list and probe the nodes of this subscription, and nothing else. For subscriptions of the same tenant only.'

@description('Required. Principal ID of the identity of the prober: the output principalId of main.bicep, a GUID of 36 characters.')
@minLength(36)
@maxLength(36)
param principalId string

// The names of custom roles are unique in a tenant.
var roleName = 'AKS fleet prober (${subscription().subscriptionId})'

resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, 'aks-fleet-prober')
  properties: {
    roleName: roleName
    description: 'Lists AKS clusters and their nodes, and runs a script on each node. Whoever has it can run code as root on every node.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [
      {
        actions: loadJsonContent('fleet-actions.json')
        notActions: []
      }
    ]
  }
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, principalId, 'aks-fleet-prober')
  properties: {
    description: 'aks-fleet-prober: probes the nodes of this subscription'
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: role.id
  }
}
