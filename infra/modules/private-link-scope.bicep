metadata name = 'Membership in a private link scope'
metadata description = 'Adds a part of the telemetry of the prober to an existing Azure Monitor private link scope, through which the app then sends it.'

@description('Required. Name of the scope.')
param scopeName string

@description('Required. Resource ID of what joins it.')
param memberId string

resource scope 'Microsoft.Insights/privateLinkScopes@2021-07-01-preview' existing = {
  name: scopeName
}

resource member 'Microsoft.Insights/privateLinkScopes/scopedResources@2021-07-01-preview' = {
  parent: scope
  name: 'fleet-prober-${uniqueString(memberId)}'
  properties: {
    linkedResourceId: memberId
  }
}
