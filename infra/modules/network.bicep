metadata name = 'Network'
metadata description = 'A virtual network with a subnet for the app and one for private endpoints, and a way out to Azure Resource Manager.'

@description('Required. Name of the virtual network; the names of its parts begin with it.')
param name string

@description('Required. Region of the network.')
param location string

@description('Optional. Tags of all parts.')
param tags object = {}

@description('Required. Addresses of the network, a /25 or larger.')
param addressPrefix string

resource outbound 'Microsoft.Network/publicIPAddresses@2024-05-01' = {
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
resource gateway 'Microsoft.Network/natGateways@2024-05-01' = {
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
          natGateway: {
            id: gateway.id
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
          privateEndpointNetworkPolicies: 'Disabled'
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
