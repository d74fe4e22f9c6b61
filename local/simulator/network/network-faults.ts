import type { NetworkFaultId } from '../faults/network.ts';
import { connectionFaults } from './faults/connections.ts';
import { nameFaults } from './faults/names.ts';
import type { NetworkFault } from './faults/network-fault.ts';
import { outboundFaults } from './faults/outbound.ts';
import { platformFaults } from './faults/platform.ts';
import { rangesFaults } from './faults/ranges.ts';
import { routeFaults } from './faults/routes.ts';
import { ruleFaults } from './faults/rules.ts';

/** What each fault of the catalogue in `faults/network.ts` does to Azure's configuration. */
export const changesOfFaults: Readonly<Record<NetworkFaultId, NetworkFault>> = {
  ...rangesFaults,
  ...outboundFaults,
  ...routeFaults,
  ...ruleFaults,
  ...nameFaults,
  ...connectionFaults,
  ...platformFaults,
};
