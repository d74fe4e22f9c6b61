import { advice, withCommand } from './commands.ts';
import { THROTTLING } from './links.ts';
import { type Reason, reason } from './reason.ts';

/** Reasons that come from the prober: what it leaves out, and its own failures. */
export const proberReasons = {
  Excluded: reason(
    'prober',
    { fault: 'operator', duration: 'lasting', expected: false, asked: false, endsOutage: true, blinds: 'nobody', hides: 'cluster' },
    'The cluster or pool is excluded by a setting or by its tag.',
  ),
  TooYoung: reason(
    'prober',
    { fault: 'platform', duration: 'passing', expected: false, asked: false, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    'The node was created, started or reimaged less than NODE_GRACE_MINUTES ago.',
  ),
  OverBudget: reason(
    'prober',
    { fault: 'prober', duration: 'passing', expected: true, asked: false, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    'The sweep had no time left for the node at the pace that Azure allows.',
    [advice('Lengthen SWEEP_SCHEDULE or raise STARTS_PER_MINUTE.')],
    [THROTTLING],
  ),
  NotDue: reason(
    'prober',
    { fault: 'operator', duration: 'passing', expected: false, asked: false, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    'The node has been reachable for an hour, and a node in trouble was probed more often instead: its own verdict stays younger than MAX_AGE_MINUTES.',
    [advice('Set MAX_AGE_MINUTES to 0 where every node must be in every sweep.')],
  ),
  NotYetProbed: reason(
    'prober',
    { fault: 'prober', duration: 'passing', expected: true, asked: false, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    'The node is known, and its first probe has not ended yet.',
  ),
  Stale: reason(
    'prober',
    { fault: 'prober', duration: 'passing', expected: true, asked: true, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    'The latest verdict is older than three intervals.',
    [advice('Check whether sweeps complete: GET /api/health.')],
  ),
  StartUnknown: reason(
    'prober',
    { fault: 'prober', duration: 'passing', expected: true, asked: true, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    'Azure did not say whether the run started.',
    [advice('It passes with the next sweep.')],
  ),
  StartLost: reason(
    'prober',
    { fault: 'prober', duration: 'passing', expected: true, asked: true, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    'The prober stopped between the claim and the start of the run.',
    [advice('It passes with the next sweep.')],
  ),
  Lost: reason(
    'prober',
    { fault: 'prober', duration: 'passing', expected: true, asked: false, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    'The sweep ended without an outcome for the node.',
    [advice('It passes with the next sweep; if it repeats, see "Errors of the prober itself" in the workbook AKS fleet.')],
  ),
  ProberError: reason(
    'prober',
    { fault: 'prober', duration: 'passing', expected: true, asked: false, endsOutage: false, blinds: 'nobody', hides: 'subscription' },
    'The prober itself failed.',
    [advice('See "Errors of the prober itself" in the workbook AKS fleet, and the exceptions of that time in Application Insights.')],
  ),
  SignInFailed: reason(
    'prober',
    { fault: 'prober', duration: 'passing', expected: true, asked: false, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    'There was no sign-in to Azure: the prober, or you with your own, got no token, or Azure did not take it.',
    [
      advice(
        'The prober: check that its managed identity exists and is assigned to the app; the endpoint of managed identities may fail for some minutes.',
      ),
      withCommand('You: sign in.', 'az login'),
    ],
  ),
  NothingToWatch: reason(
    'prober',
    { fault: 'operator', duration: 'lasting', expected: true, asked: false, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    'There is no cluster to watch: none exists in the subscriptions, or the settings exclude them all.',
    [
      withCommand('See what a sweep would probe, and what not and why.', 'npm run --silent cli -- plan'),
      advice('Check INCLUDE_CLUSTERS, EXCLUDE_CLUSTERS, SUBSCRIPTIONS, and the tag aks-fleet-prober of the clusters.'),
    ],
  ),
  AzureUnreachable: reason(
    'prober',
    { fault: 'prober', duration: 'passing', expected: true, asked: false, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    'Azure Resource Manager could not be reached from the prober, or was in trouble itself.',
    [advice('Check the outbound path and the DNS of the app, where it is integrated in a virtual network; then Azure Service Health.')],
  ),
} as const satisfies Record<string, Reason>;
