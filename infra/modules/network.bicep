metadata name = 'Network'
metadata description = 'A virtual network with a subnet for the app and one for private endpoints, and a way out to Azure Resource Manager: a NAT gateway, or the route table that is given.'

@description('Required. Name of the virtual network; the names of its parts begin with it.')
param name string

@description('Required. Region of the network.')
param location string

@description('Optional. Tags of all parts.')
param tags object = {}

@description('Required. Addresses of the network, a /25 or larger.')
param addressPrefix string

@description('Optional. Resource ID of an existing network security group for both subnets; one is made for each without it.')
param securityGroupId string = ''

@description('Optional. Resource ID of an existing route table for the subnet of the app, which leads to a firewall; a NAT gateway with a public address is made without it.')
param routeTableId string = ''

var ownGateway = empty(routeTableId)
var ownGroups = empty(securityGroupId)

resource outbound 'Microsoft.Network/publicIPAddresses@2024-05-01' = if (ownGateway) {
  name: '${name}-outbound'
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    publicIPAllocationMethod: 'Static'
  }
}

// Subnets of new networks may have no default outbound access.
resource gateway 'Microsoft.Network/natGateways@2024-05-01' = if (ownGateway) {
  name: '${name}-nat'
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    idleTimeoutInMinutes: 4
    publicIpAddresses: [
      {
        id: outbound.id
      }
    ]
  }
}

// Nothing calls the app through its subnet: what Azure allows by default is enough for the way out.
resource ofApp 'Microsoft.Network/networkSecurityGroups@2024-05-01' = if (ownGroups) {
  name: '${name}-app'
  location: location
  tags: tags
  properties: {
    securityRules: []
  }
}

resource ofEndpoints 'Microsoft.Network/networkSecurityGroups@2024-05-01' = if (ownGroups) {
  name: '${name}-endpoints'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'https-from-the-network'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'VirtualNetwork'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '443'
        }
      }
      {
        name: 'nothing-else'
        properties: {
          priority: 4096
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [addressPrefix]
    }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 0)
          defaultOutboundAccess: false
          networkSecurityGroup: {
            id: ownGroups ? ofApp.id : securityGroupId
          }
          natGateway: ownGateway ? {
            id: gateway.id
          } : null
          routeTable: ownGateway ? null : {
            id: routeTableId
          }
          delegations: [
            {
              name: 'flex'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 1)
          defaultOutboundAccess: false
          networkSecurityGroup: {
            id: ownGroups ? ofEndpoints.id : securityGroupId
          }
          privateEndpointNetworkPolicies: 'NetworkSecurityGroupEnabled'
        }
      }
    ]
  }

  resource appSubnet 'subnets' existing = {
    name: 'app'
  }

  resource endpointSubnet 'subnets' existing = {
    name: 'endpoints'
  }
}

@description('Resource ID of the virtual network.')
output id string = network.id

@description('Resource ID of the subnet of the app.')
output appSubnetId string = network::appSubnet.id

@description('Resource ID of the subnet of private endpoints.')
output endpointSubnetId string = network::endpointSubnet.id
