metadata name = 'Private endpoint'
metadata description = 'One private endpoint with its private DNS zone, linked to the virtual network.'

@description('Required. Name of the endpoint.')
param name string

@description('Required. Region of the endpoint.')
param location string

@description('Optional. Tags of the endpoint and the zone.')
param tags object = {}

@description('Required. Resource ID of the target that is reached through it.')
param targetId string

@description('Required. The part of the target (group ID), such as queue.')
param groupId string

@description('Required. Name of the private DNS zone.')
param zoneName string

@description('Required. Resource ID of the virtual network.')
param virtualNetworkId string

@description('Required. Resource ID of the subnet for endpoints.')
param subnetId string

resource zone 'Microsoft.Network/privateDnsZones@2020-06-01' = {
  name: zoneName
  location: 'global'
  tags: tags

  resource link 'virtualNetworkLinks' = {
    name: name
    location: 'global'
    properties: {
      registrationEnabled: false
      virtualNetwork: {
        id: virtualNetworkId
      }
    }
  }
}

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetId
    }
    privateLinkServiceConnections: [
      {
        name: groupId
        properties: {
          privateLinkServiceId: targetId
          groupIds: [groupId]
        }
      }
    ]
  }

  resource names 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: groupId
          properties: {
            privateDnsZoneId: zone.id
          }
        }
      ]
    }
  }
}
