targetScope = 'subscription'

metadata name = 'Fleet roles, subscriptions'
metadata description = 'Defines the custom roles of the prober, once for all monitored subscriptions. Grants nothing: that is fleet-access.bicep. Where somebody may write to a management group above them, take fleet-roles-mg.bicep.'

import { roleNameOf, roles } from 'access/role-table.bicep'

@description('Required. IDs of all subscriptions in which the roles can be assigned: those that are monitored, and those that hold their networks.')
@minLength(1)
param subscriptionIds string[]

@description('Optional. What tells these roles from those of another prober that are defined in the same subscription.')
@minLength(1)
@maxLength(64)
param proberName string = 'aks-fleet-prober'

// Also the one that defines them, so that they can be seen and deleted there.
var scopes = union([subscription().id], map(subscriptionIds, id => '/subscriptions/${toLower(trim(id))}'))

resource definitions 'Microsoft.Authorization/roleDefinitions@2022-04-01' = [for role in roles: {
  name: roleNameOf(subscription().id, proberName, role.key)
  properties: {
    // The names of custom roles are unique in a tenant.
    roleName: '${role.name} (${proberName}, ${subscription().subscriptionId})'
    description: role.description
    type: 'CustomRole'
    assignableScopes: scopes
    permissions: [
      {
        actions: role.actions
        notActions: []
      }
    ]
  }
}]

@description('What fleet-access.bicep and its like are given as rolesScope.')
output rolesScope string = subscription().id
