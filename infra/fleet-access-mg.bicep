targetScope = 'managementGroup'

metadata name = 'Fleet access, a management group'
metadata description = 'Lets the prober list the clusters of every subscription below this management group and run commands on their nodes. Its roles are defined by fleet-roles-mg.bicep.'

import { roleNameOf } from 'access/role-table.bicep'

@description('Required. Principal ID of the identity of the prober: the output principalId of main.bicep, a GUID of 36 characters.')
@minLength(36)
@maxLength(36)
param principalId string

@description('Optional. Where the roles are defined, if not at this management group: /providers/Microsoft.Management/managementGroups/<name> of one above it.')
param rolesScope string = managementGroup().id

@description('Optional. Where the prober may run commands. nodeGroupsByPolicy: on the node resource groups of AKS clusters, new ones too, which a policy sees to. nodeGroupsByScript: on those that infra/grant-node-groups.sh is run for. managementGroup: as root on every virtual machine and scale set of every subscription below this management group, clusters or not, and of those that come to it later.')
@allowed(['nodeGroupsByPolicy', 'nodeGroupsByScript', 'managementGroup'])
param runCommandOn string = 'nodeGroupsByPolicy'

@description('Optional. Region of the identity of the policy.')
param location string = deployment().location

var readRole = roleNameOf(rolesScope, 'aks-fleet-prober', 'read')
var runRole = roleNameOf(rolesScope, 'aks-fleet-prober', 'run')

resource reads 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(managementGroup().id, principalId, readRole)
  properties: {
    description: 'aks-fleet-prober: lists clusters and nodes'
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: tenantResourceId('Microsoft.Authorization/roleDefinitions', readRole)
  }
}

resource runs 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (runCommandOn == 'managementGroup') {
  name: guid(managementGroup().id, principalId, runRole)
  properties: {
    description: 'aks-fleet-prober: root on every virtual machine and scale set below this management group'
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: tenantResourceId('Microsoft.Authorization/roleDefinitions', runRole)
  }
}

module policy 'access/node-group-policy-mg.bicep' = if (runCommandOn == 'nodeGroupsByPolicy') {
  name: 'aks-fleet-prober-policy-${take(uniqueString(principalId, location), 8)}'
  params: {
    principalId: principalId
    runRole: runRole
    policyRole: roleNameOf(rolesScope, 'aks-fleet-prober', 'policy')
    location: location
  }
}

@description('Resource ID of the assignment of the policy, by which "az policy remediation create" grants access to the clusters that exist; empty without the policy.')
output policyAssignmentId string = runCommandOn == 'nodeGroupsByPolicy' ? policy!.outputs.assignmentId : ''
