targetScope = 'managementGroup'

metadata name = 'Fleet roles, a management group'
metadata description = 'Defines the custom roles of the prober, once for every subscription below this management group. Grants nothing: that is fleet-access.bicep or fleet-access-mg.bicep.'

import { roleNameOf, roles } from 'access/role-table.bicep'

resource definitions 'Microsoft.Authorization/roleDefinitions@2022-04-01' = [for role in roles: {
  name: roleNameOf(managementGroup().id, 'aks-fleet-prober', role.key)
  properties: {
    // The names of custom roles are unique in a tenant.
    roleName: '${role.name} (${managementGroup().name})'
    description: role.description
    type: 'CustomRole'
    assignableScopes: [managementGroup().id]
    permissions: [
      {
        actions: role.actions
        notActions: []
      }
    ]
  }
}]

@description('What fleet-access.bicep and its like are given as rolesScope.')
output rolesScope string = managementGroup().id
