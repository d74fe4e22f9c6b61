import type { NsgRule, NsgSettings } from './configuration.ts';
import { type Flow, ruleHolds } from './flow.ts';
import { wordOf } from './names.ts';

/** What one or more NSGs do to a flow. `maybe`: the settings read do not say. */
export interface NsgVerdict {
  verdict: 'allows' | 'denies' | 'maybe';
  /** The rule that decides, or would if those before it do not hold. */
  rule?: NsgRule;
  nsgId?: string;
}

const isDeny = (rule: NsgRule) => wordOf(rule.access) === 'deny';

/** The rule that comes first, the same one in whatever order they were read. */
function firstOf(rules: readonly NsgRule[]): NsgRule | undefined {
  const placeOf = ({ priority }: NsgRule) => (Number.isFinite(priority) ? priority : 0);
  const keyOf = (rule: NsgRule) => `${rule.name} ${JSON.stringify(rule)}`;
  const compare = (one: NsgRule, other: NsgRule) => placeOf(one) - placeOf(other) || (keyOf(one) < keyOf(other) ? -1 : 1);
  return rules.reduce<NsgRule | undefined>((first, each) => (first === undefined || compare(each, first) < 0 ? each : first), undefined);
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
  const doubtful = verdicts.filter(({ verdict }) => verdict === 'maybe');
  const worst = verdicts.find(({ verdict }) => verdict === 'denies') ?? doubtful.find(isDenial) ?? doubtful[0];
  return worst ?? verdicts.at(-1) ?? { verdict: 'allows' };
}

/** From here on come the rules that every NSG has. */
const DEFAULTS = 65_000;

/** Whether NSGs deny a flow, or may by a rule that somebody wrote: that the last rule of all may deny what the network may hold is no news. */
export const isDenial = ({ verdict, rule }: NsgVerdict): boolean =>
  verdict === 'denies' || (verdict === 'maybe' && rule !== undefined && isDeny(rule) && !(rule.priority >= DEFAULTS));
