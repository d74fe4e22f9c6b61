targetScope = 'subscription'

metadata name = 'Fleet access, one subscription'
metadata description = 'Lets the prober list the clusters of this subscription and run commands on their nodes. For subscriptions of the same tenant only. Its roles are defined by fleet-roles.bicep or fleet-roles-mg.bicep.'

import { roleNameOf } from 'access/role-table.bicep'

@description('Required. Principal ID of the identity of the prober: the output principalId of main.bicep, a GUID of 36 characters.')
@minLength(36)
@maxLength(36)
param principalId string

@description('Required. Where the roles are defined: /providers/Microsoft.Management/managementGroups/<name> for fleet-roles-mg.bicep, /subscriptions/<id> for fleet-roles.bicep.')
param rolesScope string

@description('Optional. The proberName that fleet-roles.bicep was given, if any.')
param proberName string = 'aks-fleet-prober'

@description('Optional. Where the prober may run commands. nodeGroupsByPolicy: on the node resource groups of AKS clusters, new ones too, which a policy sees to. nodeGroupsByScript: on those that infra/grant-node-groups.sh is run for. subscription: as root on every virtual machine and scale set of this subscription, clusters or not.')
@allowed(['nodeGroupsByPolicy', 'nodeGroupsByScript', 'subscription'])
param runCommandOn string = 'nodeGroupsByPolicy'

@description('Optional. Region of the identity of the policy.')
param location string = deployment().location

@description('Optional. Resource ID of the Log Analytics workspace of the prober, which the Activity Log of this subscription is then sent to, for its parameter watchRuns. Leave it out where the log is sent there already.')
param activityLogTo string = ''

var readRole = roleNameOf(rolesScope, proberName, 'read')
var runRole = roleNameOf(rolesScope, proberName, 'run')

resource reads 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, principalId, readRole)
  properties: {
    description: 'aks-fleet-prober: lists clusters and nodes'
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: tenantResourceId('Microsoft.Authorization/roleDefinitions', readRole)
  }
}

resource runs 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (runCommandOn == 'subscription') {
  name: guid(subscription().id, principalId, runRole)
  properties: {
    description: 'aks-fleet-prober: root on every virtual machine and scale set of this subscription'
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: tenantResourceId('Microsoft.Authorization/roleDefinitions', runRole)
  }
}

module policy 'access/node-group-policy.bicep' = if (runCommandOn == 'nodeGroupsByPolicy') {
  name: 'aks-fleet-prober-policy-${take(uniqueString(principalId, location), 8)}'
  params: {
    principalId: principalId
    runRole: runRole
    policyRole: roleNameOf(rolesScope, proberName, 'policy')
    location: location
  }
}

resource activityLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(activityLogTo)) {
  name: 'fleet-prober-${take(uniqueString(activityLogTo), 8)}'
  properties: {
    workspaceId: activityLogTo
    logs: [
      {
        category: 'Administrative'
        enabled: true
      }
    ]
  }
}

@description('Resource ID of the assignment of the policy, by which "az policy remediation create" grants access to the clusters that exist; empty without the policy.')
output policyAssignmentId string = runCommandOn == 'nodeGroupsByPolicy' ? policy!.outputs.assignmentId : ''
