import { isPublic } from './addresses.ts';
import type { NsgRule } from './configuration.ts';
import {
  ANYWHERE,
  type Answer,
  AZURE_DNS,
  both,
  destinationHolds,
  either,
  familyOfTarget,
  sourceHolds,
  type Target,
} from './membership.ts';
import { wordOf } from './names.ts';
import type { Place } from './place.ts';

/** One end of a connection: whether it is in what a rule names. */
export interface End {
  /** An address, a CIDR, `*` or a service tag. */
  isIn(text: string): Answer;
  isInGroup(id: string): Answer;
}

/** A connection that NSGs let pass or not. */
export interface Flow {
  direction: 'outbound' | 'inbound';
  protocol: 'tcp' | 'udp';
  port: number;
  from: End;
  to: End;
  /** No rule decides about it by `*`, as of Azure's own DNS, so that it passes where none names it. */
  isExempt?: boolean;
}

/** The nodes as an end: of their groups, only those of the interface that was read are known. */
export const nodesEnd = ({ nic, subnet }: Place, target: Target): End => ({
  isIn: (text) => sourceHolds(text, subnet?.prefixes, familyOfTarget(target)),
  isInGroup: (id) => (nic?.asgIds.some((own) => wordOf(own) === wordOf(id)) ? 'yes' : 'maybe'),
});

/** The flow from the nodes to a target. */
export const outboundFlow = (place: Place, target: Target, port: number, protocol: Flow['protocol'] = 'tcp'): Flow => ({
  direction: 'outbound',
  protocol,
  port,
  from: nodesEnd(place, target),
  // Groups are of interfaces in the network, which have private addresses.
  to: {
    isIn: (text) => destinationHolds(text, target, place),
    isInGroup: () => (target === ANYWHERE || isPublic(target) ? 'no' : 'maybe'),
  },
  isExempt: target === AZURE_DNS,
});

function protocolHolds(word: string, protocol: string): Answer {
  if (word === '*' || word === 'any' || word === protocol) return 'yes';
  return ['tcp', 'udp', 'icmp', 'icmpv6', 'esp', 'ah'].includes(word) ? 'no' : 'maybe';
}

/** Whether a list of ports and ranges holds one; of no known port, whether it holds all or some. */
function portsHold(texts: readonly string[], port?: number): Answer {
  return either(
    texts.map((text) => {
      if (text.trim() === '*') return 'yes';
      const [, first, last = first] = /^\s*(\d{1,5})\s*(?:-\s*(\d{1,5})\s*)?$/.exec(text) ?? [];
      if (first === undefined) return 'maybe';
      if (port === undefined) return Number(first) <= 1 && Number(last) >= 65_535 ? 'yes' : 'maybe';
      return Number(first) <= port && port <= Number(last) ? 'yes' : 'no';
    }),
  );
}

const endHolds = (end: End, texts: readonly string[], groups: readonly string[]): Answer =>
  either([...texts.map((text) => end.isIn(text)), ...groups.map((id) => end.isInGroup(id))]);

/** Whether a rule is one for a flow. */
export function ruleHolds(rule: NsgRule, flow: Flow): Answer {
  const direction = wordOf(rule.direction);
  const holds = both(
    direction === flow.direction ? 'yes' : ['inbound', 'outbound'].includes(direction) ? 'no' : 'maybe',
    protocolHolds(wordOf(rule.protocol), flow.protocol),
    portsHold(rule.destinationPorts, flow.port),
    portsHold(rule.sourcePorts),
    endHolds(flow.from, rule.sources, rule.sourceAsgs),
    endHolds(flow.to, rule.destinations, rule.destinationAsgs),
  );
  // A rule whose place or word is not known decides nothing, and leaves in doubt what the others decide.
  const isClear = Number.isFinite(rule.priority) && ['allow', 'deny'].includes(wordOf(rule.access));
  return holds === 'yes' && !isClear ? 'maybe' : holds;
}
