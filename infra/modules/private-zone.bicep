metadata name = 'Private DNS zone'
metadata description = 'A private DNS zone, linked to one virtual network.'

@description('Required. Name of the zone.')
param name string

@description('Required. Resource ID of the virtual network.')
param virtualNetworkId string

@description('Optional. Tags of the zone and the link.')
param tags object = {}

resource zone 'Microsoft.Network/privateDnsZones@2020-06-01' = {
  name: name
  location: 'global'
  tags: tags

  resource link 'virtualNetworkLinks' = {
    name: last(split(virtualNetworkId, '/'))
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: {
        id: virtualNetworkId
      }
    }
  }
}

@description('Resource ID of the zone.')
output id string = zone.id
