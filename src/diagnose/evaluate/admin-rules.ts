import type { AdminRule, Configuration, NsgRule } from './configuration.ts';
import { type Flow, ruleHolds } from './flow.ts';
import { settingOf, wordOf } from './names.ts';
import { verdictOf } from './nsg.ts';

/** An admin rule as one of an NSG; where it lets traffic from is not read. */
export const asRule = (rule: AdminRule): NsgRule => ({
  ...rule,
  access: wordOf(rule.access) === 'deny' ? 'Deny' : 'Allow',
  sources: ['*'],
  sourcePorts: ['*'],
  sourceAsgs: [],
  destinationAsgs: [],
});

const rulesOf = ({ adminRules }: Configuration) => (settingOf(adminRules) ?? []).map((own) => ({ own, rule: asRule(own) }));

/** The admin rule that decides about a flow before the NSGs do. */
export function adminRuleOf(configuration: Configuration, flow: Flow): AdminRule | undefined {
  const rules = rulesOf(configuration);
  const { rule: first } = verdictOf({ id: '', rules: rules.map(({ rule }) => rule) }, flow);
  return rules.find(({ rule }) => rule === first)?.own;
}

/** Nobody says whether admin rules spare Azure's own DNS as NSGs do: there, one for anywhere is in doubt. */
const inDoubt = (flow: Flow): Flow => (flow.isExempt ? { ...flow, to: { isIn: () => 'maybe', isInGroup: () => 'maybe' } } : flow);

/**
 * Whether an admin rule lets a flow pass that the NSGs deny, or may: one that always allows stands before all of them. The list of admin rules may be hours
 * old, and of what such a rule names not all is read, so that it is enough that it may hold. An access that Azure does not have yet may mean the same.
 */
export const mayBeLetPast = (configuration: Configuration, flow: Flow): boolean =>
  rulesOf(configuration).some(
    ({ own, rule }) => !['allow', 'deny'].includes(wordOf(own.access)) && ruleHolds(rule, inDoubt(flow)) !== 'no',
  );
