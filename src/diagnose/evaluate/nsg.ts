import { isPublic } from './addresses.ts';
import type { NsgRule, NsgSettings } from './configuration.ts';
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

/** What one or more NSGs do to a flow. `maybe`: the settings read do not tell. */
export interface NsgVerdict {
  verdict: 'allows' | 'denies' | 'maybe';
  /** The rule that decides, or would if those before it do not hold. */
  rule?: NsgRule;
  nsgId?: string;
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

function ruleHolds(rule: NsgRule, flow: Flow): Answer {
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

const isDeny = (rule: NsgRule) => wordOf(rule.access) === 'deny';

/** The rule that comes first, the same one in whatever order they were read. */
function firstOf(rules: readonly NsgRule[]): NsgRule | undefined {
  const keyOf = (rule: NsgRule) => `${rule.name} ${JSON.stringify(rule)}`;
  const isBefore = (one: NsgRule, other: NsgRule) =>
    one.priority === other.priority ? keyOf(one) < keyOf(other) : !(one.priority > other.priority);
  return rules.reduce<NsgRule | undefined>((first, each) => (first === undefined || isBefore(each, first) ? each : first), undefined);
}

/** What one NSG does to a flow: the first rule that surely holds decides, unless one before it may hold. */
export function verdictOf(nsg: NsgSettings, flow: Flow): NsgVerdict {
  const held = nsg.rules.map((rule) => ({ rule, holds: ruleHolds(rule, flow) })).filter(({ holds }) => holds !== 'no');
  const first = firstOf(held.filter(({ holds }) => holds === 'yes').map(({ rule }) => rule));
  if (first === undefined && held.length === 0) return { verdict: flow.isExempt ? 'allows' : 'maybe', nsgId: nsg.id };
  const doubtful = held
    .filter(
      ({ rule, holds }) =>
        first === undefined ||
        (rule !== first && !(rule.priority > first.priority) && (holds === 'maybe' || isDeny(rule) !== isDeny(first))),
    )
    .map(({ rule }) => rule);
  if (first !== undefined && doubtful.length === 0) return { verdict: isDeny(first) ? 'denies' : 'allows', rule: first, nsgId: nsg.id };
  // Of what may decide, the first rule that denies is the one to look at.
  const rule = firstOf([...doubtful, ...(first === undefined ? [] : [first])].filter(isDeny)) ?? first;
  return { verdict: 'maybe', rule, nsgId: nsg.id };
}

/** What several NSGs do together, in the order in which a packet passes them: all must allow it. */
export function togetherOf(verdicts: readonly NsgVerdict[]): NsgVerdict {
  const worst = verdicts.find(({ verdict }) => verdict === 'denies') ?? verdicts.find(({ verdict }) => verdict === 'maybe');
  return worst ?? verdicts.at(-1) ?? { verdict: 'allows' };
}

/** Whether NSGs deny a flow, or may by the rule that would decide. */
export const isDenial = ({ verdict, rule }: NsgVerdict): boolean =>
  verdict === 'denies' || (verdict === 'maybe' && rule !== undefined && isDeny(rule));
