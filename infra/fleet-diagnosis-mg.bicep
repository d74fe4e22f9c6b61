targetScope = 'managementGroup'

metadata name = 'Fleet diagnosis, a management group'
metadata description = 'Optional. Lets the prober read the networks, change logs and health of every subscription below this management group, so that an outage says what in Azure caused it. Reads only. Deploy it also where hubs, firewalls, route tables and private DNS zones are.'

@description('Required. Principal ID of the identity of the prober: the output principalId of main.bicep, a GUID of 36 characters.')
@minLength(36)
@maxLength(36)
param principalId string

// The names of custom roles are unique in a tenant.
var roleName = 'AKS fleet prober, diagnosis (${managementGroup().name})'

resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(managementGroup().id, 'aks-fleet-prober-diagnosis')
  properties: {
    roleName: roleName
    description: 'Reads networks, change logs and health, to find what cut the nodes of AKS clusters off from their API servers. Changes nothing.'
    type: 'CustomRole'
    assignableScopes: [managementGroup().id]
    permissions: [
      {
        actions: loadJsonContent('diagnosis-actions.json')
        notActions: []
      }
    ]
  }
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(managementGroup().id, principalId, 'aks-fleet-prober-diagnosis')
  properties: {
    description: 'aks-fleet-prober: searches for the causes of outages'
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: role.id
  }
}
