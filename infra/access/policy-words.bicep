metadata name = 'Words of the policy for node resource groups'
metadata description = 'What the policy is called and takes, and what its own right is limited to: the same for a subscription as for a management group. What it does is in node-group-rule.json.'

@export()
@description('What the policy is called and says of itself.')
var policyWords = {
  name: 'fleet-prober'
  displayName: 'AKS fleet prober: Run Command on node resource groups'
  description: 'Assigns the role Run Command to the prober on the node resource group of each AKS cluster, and nowhere else. Azure evaluates it about 10 minutes after a cluster was made.'
}

@export()
@description('The parameters of the policy.')
var policyParameters = {
  principalId: {
    type: 'String'
    metadata: {
      displayName: 'Principal ID of the identity of the prober'
    }
  }
  runRole: {
    type: 'String'
    metadata: {
      displayName: 'Name of the role that is assigned, a GUID'
    }
  }
}

@export()
@description('The condition of the role assignment of the policy: of all roles and principals, it may assign this role to this principal only.')
func onlyThisAssignment(role string, principalId string) string => '((!(ActionMatches{\'Microsoft.Authorization/roleAssignments/write\'})) OR (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${role}} AND @Request[Microsoft.Authorization/roleAssignments:PrincipalId] ForAnyOfAnyValues:GuidEquals {${principalId}}))'
