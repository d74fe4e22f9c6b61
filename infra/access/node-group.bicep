metadata name = 'Fleet access, one node resource group'
metadata description = 'Lets the prober run commands on the machines of this resource group: as root, on every one of them. For node resource groups of AKS clusters, where no policy does it.'

import { roleNameOf } from 'role-table.bicep'

@description('Required. Principal ID of the identity of the prober: the output principalId of main.bicep, a GUID of 36 characters.')
@minLength(36)
@maxLength(36)
param principalId string

@description('Required. Where the roles are defined: /providers/Microsoft.Management/managementGroups/<name> for fleet-roles-mg.bicep, /subscriptions/<id> for fleet-roles.bicep.')
param rolesScope string

@description('Optional. The proberName that fleet-roles.bicep was given, if any.')
param proberName string = 'aks-fleet-prober'

var runRole = roleNameOf(rolesScope, proberName, 'run')

// The name that the policy gives it too: whoever comes second finds it there.
resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(resourceGroup().id, principalId, runRole)
  properties: {
    description: 'aks-fleet-prober: probes the nodes of this resource group'
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: tenantResourceId('Microsoft.Authorization/roleDefinitions', runRole)
  }
}
