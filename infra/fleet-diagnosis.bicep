targetScope = 'subscription'

metadata name = 'Fleet diagnosis, one subscription'
metadata description = 'Optional. Lets the prober read the networks, change logs and health of this subscription, so that an outage says what in Azure caused it. Reads only. Deploy it also where hubs, firewalls, route tables and private DNS zones are. Its role is defined by fleet-roles.bicep.'

import { roleNameOf } from 'access/role-table.bicep'

@description('Required. Principal ID of the identity of the prober: the output principalId of main.bicep, a GUID of 36 characters.')
@minLength(36)
@maxLength(36)
param principalId string

@description('Required. Where the roles are defined: /providers/Microsoft.Management/managementGroups/<name> for fleet-roles-mg.bicep, /subscriptions/<id> for fleet-roles.bicep.')
param rolesScope string

@description('Optional. The proberName that fleet-roles.bicep was given, if any.')
param proberName string = 'aks-fleet-prober'

var diagnosisRole = roleNameOf(rolesScope, proberName, 'diagnosis')

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, principalId, diagnosisRole)
  properties: {
    description: 'aks-fleet-prober: searches for the causes of outages'
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: tenantResourceId('Microsoft.Authorization/roleDefinitions', diagnosisRole)
  }
}
