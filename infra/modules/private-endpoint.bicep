metadata name = 'Private endpoint'
metadata description = 'One private endpoint, with its record in a private DNS zone unless a policy makes that.'

@description('Required. Name of the endpoint.')
param name string

@description('Required. Region of the endpoint.')
param location string

@description('Optional. Tags of the endpoint.')
param tags object = {}

@description('Required. Resource ID of the target that is reached through it.')
param targetId string

@description('Required. The part of the target (group ID), such as queue.')
param groupId string

@description('Optional. Resource ID of the private DNS zone; none where a policy makes the records, as that of Azure landing zones does.')
param zoneId string = ''

@description('Required. Resource ID of the subnet for endpoints.')
param subnetId string

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

  resource names 'privateDnsZoneGroups' = if (!empty(zoneId)) {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: groupId
          properties: {
            privateDnsZoneId: zoneId
          }
        }
      ]
    }
  }
}
