targetScope = 'managementGroup'

metadata name = 'Fleet diagnosis, a management group'
metadata description = 'Optional. Lets the prober read the networks, change logs and health of every subscription below this management group, so that an outage says what in Azure caused it. Reads only. Deploy it also where hubs, firewalls, route tables and private DNS zones are. Its role is defined by fleet-roles-mg.bicep.'

import { roleNameOf } from 'access/role-table.bicep'

@description('Required. Principal ID of the identity of the prober: the output principalId of main.bicep, a GUID of 36 characters.')
@minLength(36)
@maxLength(36)
param principalId string

@description('Optional. Where the roles are defined, if not at this management group: /providers/Microsoft.Management/managementGroups/<name> of one above it.')
param rolesScope string = managementGroup().id

var diagnosisRole = roleNameOf(rolesScope, 'aks-fleet-prober', 'diagnosis')

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(managementGroup().id, principalId, diagnosisRole)
  properties: {
    description: 'aks-fleet-prober: searches for the causes of outages'
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: tenantResourceId('Microsoft.Authorization/roleDefinitions', diagnosisRole)
  }
}
