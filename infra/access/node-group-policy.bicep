targetScope = 'subscription'

metadata name = 'Policy for node resource groups, a subscription'
metadata description = 'Keeps the right to run commands in step with the clusters of this subscription: a policy assigns the role on the node resource group of each.'

import { onlyThisAssignment, policyParameters, policyWords } from 'policy-words.bicep'

@description('Required. Principal ID of the identity of the prober.')
@minLength(36)
@maxLength(36)
param principalId string

@description('Required. Name of the role that the policy assigns, a GUID.')
param runRole string

@description('Required. Name of the role of the policy itself, a GUID.')
param policyRole string

@description('Required. Region of the identity of the policy.')
param location string

@description('Optional. What tells one remediation from the next: one that is running cannot be replaced.')
param stamp string = utcNow('yyyyMMddHHmmss')

// Two probers may watch the same clusters.
var name = '${policyWords.name}-${take(uniqueString(principalId), 8)}'

resource definition 'Microsoft.Authorization/policyDefinitions@2023-04-01' = {
  name: name
  properties: {
    displayName: policyWords.displayName
    description: policyWords.description
    policyType: 'Custom'
    mode: 'Indexed'
    metadata: {
      category: 'Kubernetes'
    }
    parameters: policyParameters
    // Azure takes no parameter of a policy for the role of the policy itself.
    policyRule: union(loadJsonContent('node-group-rule.json'), {
      then: {
        details: {
          roleDefinitionIds: [tenantResourceId('Microsoft.Authorization/roleDefinitions', policyRole)]
        }
      }
    })
  }
}

resource assignment 'Microsoft.Authorization/policyAssignments@2023-04-01' = {
  name: name
  location: location
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    displayName: policyWords.displayName
    description: policyWords.description
    policyDefinitionId: definition.id
    enforcementMode: 'Default'
    parameters: {
      principalId: {
        value: principalId
      }
      runRole: {
        value: runRole
      }
    }
  }
}

resource mayAssign 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, name, policyRole)
  properties: {
    description: 'aks-fleet-prober: its policy assigns one role, to the prober only'
    principalId: assignment.identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: tenantResourceId('Microsoft.Authorization/roleDefinitions', policyRole)
    condition: onlyThisAssignment(runRole, principalId)
    conditionVersion: '2.0'
  }
}

// The clusters that exist. Those to come are granted access as they are made.
resource existing 'Microsoft.PolicyInsights/remediations@2021-10-01' = {
  // It is work to be done, not a state: each deployment asks for it anew.
  #disable-next-line use-stable-resource-identifiers
  name: '${name}-${stamp}'
  dependsOn: [mayAssign]
  properties: {
    policyAssignmentId: assignment.id
    resourceDiscoveryMode: 'ReEvaluateCompliance'
  }
}

@description('Resource ID of the assignment, by which "az policy remediation create" grants access to the clusters that exist.')
output assignmentId string = assignment.id
