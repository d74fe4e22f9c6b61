import { ofLayer } from './fault.ts';

/** Faults of the VM agent, and of what Azure reports of a run. */
export const agentFaults = ofLayer('agent', {
  'agent-silent': {
    verdict: 'unknown',
    reason: 'RunCommandTimedOut',
    sentence: 'The agent says that it is ready, and the run stays InProgress until this is cleared.',
  },
  'agent-dead': {
    verdict: 'unknown',
    reason: 'AgentNotReady',
    sentence: 'The agent is dead, and Azure lists it as not ready: the run fails late, with VMAgentStatusCommunicationError.',
  },
  'no-output': {
    verdict: 'unknown',
    reason: 'NoProof',
    sentence: 'The run succeeds with nothing on stdout.',
  },
  'half-output': {
    verdict: 'unknown',
    reason: 'NoProof',
    sentence: 'The node restarts during the run: "Last script execution didn\'t finish."',
  },
  'cut-output': {
    verdict: 'unknown',
    reason: 'NoProof',
    sentence: 'The end of the script’s output is lost.',
  },
  'stale-output': {
    verdict: 'unknown',
    reason: 'NoProof',
    sentence: 'The run reports the output of the run before it.',
  },
  'no-output-property': {
    verdict: 'unknown',
    reason: 'NoProof',
    sentence: 'The run succeeds, but Azure’s answer has no output at all.',
  },
  'operation-preempted': {
    verdict: 'unknown',
    reason: 'OperationPreempted',
    sentence: 'A more recent operation on the VM takes the place of the run: OperationPreempted.',
  },
  'operation-gone': {
    verdict: 'unknown',
    reason: 'OperationGone',
    sentence: 'Azure forgets the operation of the run: 404 to whoever asks for it.',
  },
  noexec: {
    verdict: 'unknown',
    reason: 'ExecutionBlocked',
    sentence: 'The file system of the agent’s programs is mounted with noexec: the run fails with exit code 126.',
  },
  'disk-full': {
    verdict: 'unknown',
    reason: 'DiskNotWritable',
    sentence: 'The node’s disk is full, and the run fails: no space left on device.',
  },
  'extension-blocked': {
    verdict: 'unknown',
    reason: 'ExtensionBlocked',
    sentence: 'The agent’s policy does not allow the Run Command extension: the run fails.',
  },
});
