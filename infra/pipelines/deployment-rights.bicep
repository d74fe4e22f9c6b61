metadata name = 'Rights of the pipeline'
metadata description = 'What the pipeline may do with role assignments: those of main.bicep, and no others.'

@description('The roles that main.bicep assigns in the subscription that it deploys to: Storage Blob Data Owner, Storage Queue Data Contributor, Storage Table Data Contributor and Monitoring Metrics Publisher.')
var assigned = [
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  '3913510d-42f4-4e42-8a64-420c390055eb'
]

// https://learn.microsoft.com/azure/role-based-access-control/delegate-role-assignments-examples
func onlyThese(action string, source string) string => '((!(ActionMatches{\'Microsoft.Authorization/roleAssignments/${action}\'})) OR (@${source}[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${join(assigned, ', ')}} AND @${source}[Microsoft.Authorization/roleAssignments:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {\'ServicePrincipal\'}))'

@export()
@description('The condition of the role Role Based Access Control Administrator of the pipeline: it assigns and takes away only the roles that main.bicep assigns, and only of identities of programs.')
var onlyRolesOfTheTemplate = '${onlyThese('write', 'Request')} AND ${onlyThese('delete', 'Resource')}'

@export()
@description('What a preview of a deployment needs besides reading: https://learn.microsoft.com/azure/azure-resource-manager/templates/deploy-what-if')
var previewActions = [
  'Microsoft.Resources/deployments/validate/action'
  'Microsoft.Resources/deployments/whatIf/action'
]
