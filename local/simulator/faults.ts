import { agentFaults } from './faults/agent.ts';
import { armFaults } from './faults/arm.ts';
import type { FaultScope } from './faults/fault.ts';
import { ingestionFaults } from './faults/ingestion.ts';
import { modelFaults } from './faults/model.ts';
import { networkFaults } from './faults/network.ts';
import { nodeFaults } from './faults/node.ts';
import { answerFaults } from './faults/server-answer.ts';
import { certificateFaults } from './faults/server-certificate.ts';
import { connectionFaults } from './faults/server-connection.ts';

/** Every fault that can be switched, by id, in the order in which they are listed. */
export const faults = {
  ...connectionFaults,
  ...certificateFaults,
  ...answerFaults,
  ...nodeFaults,
  ...agentFaults,
  ...armFaults,
  ...modelFaults,
  ...networkFaults,
  ...ingestionFaults,
};

/** The id of a fault. */
export type FaultId = keyof typeof faults;

const ids = Object.keys(faults) as FaultId[];

/** Whether a text is the id of a fault. */
export function isFaultId(text: unknown): text is FaultId {
  return typeof text === 'string' && Object.hasOwn(faults, text);
}

/** The ids of the faults that can be switched on such a target, in the order of the list. */
export function faultIdsFor(scope: FaultScope): FaultId[] {
  return ids.filter((id) => faults[id].scopes.includes(scope));
}

/** The ids of the faults that only a node with a network of its own can have. */
export function faultIdsNeedingNamespaces(): FaultId[] {
  return ids.filter((id) => faults[id].needsNamespaces === true);
}
