import type { SimulatedHub } from '../lay-out-fleet.ts';
import { type Group, idOf } from './resource.ts';

/** Where the parts of a hub are. */
export type HubPlace = {
  hub: SimulatedHub;
  group: Group;
  vnet: string;
  range: string;
  firewall: string;
  publicAddress: string;
  /** Appliances of another maker beside the firewall: one that works, and one whose machine is deallocated. */
  appliance: Appliance;
  oldAppliance: Appliance;
};

/** A virtual machine that forwards, or did. */
type Appliance = { machine: string; nic: string; address: string; power: 'running' | 'deallocated' };

/** The ids of the parts of a hub, and the addresses beside that of its firewall. */
export function placeHub(hub: SimulatedHub): HubPlace {
  const { name, resourceGroup, firewall } = hub.spec;
  const group = { subscriptionId: hub.subscriptionId, resourceGroup };
  const [first, second, third] = firewall.privateAddress.split('.');
  const appliance = (of: string, last: number, power: Appliance['power']): Appliance => ({
    machine: idOf(group, 'Microsoft.Compute/virtualMachines', `vm-${of}`),
    nic: idOf(group, 'Microsoft.Network/networkInterfaces', `nic-${of}`),
    address: `${first}.${second}.${third}.${last}`,
    power,
  });
  return {
    hub,
    group,
    vnet: idOf(group, 'Microsoft.Network/virtualNetworks', `vnet-${name}`),
    range: `${first}.${second}.0.0/16`,
    firewall: idOf(group, 'Microsoft.Network/azureFirewalls', `afw-${name}`),
    publicAddress: idOf(group, 'Microsoft.Network/publicIPAddresses', `pip-afw-${name}`),
    appliance: appliance('nva', 68, 'running'),
    oldAppliance: appliance('nva-old', 69, 'deallocated'),
  };
}
