import { readFileSync } from 'node:fs';
import type { Role } from '../../local/simulator/rights.ts';

/** Where the prober may run commands, as the deployment grants it: in the node resource groups, or in whole subscriptions. */
export const grantModes = ['nodeGroups', 'subscriptions'] as const;
export type GrantMode = (typeof grantModes)[number];

const actionsOf = (role: 'read' | 'run' | 'diagnosis'): string[] =>
  JSON.parse(readFileSync(new URL(`../../infra/access/${role}-actions.json`, import.meta.url), 'utf8'));

/**
 * The roles that a deployment gives the prober.
 *
 * @param searches - whether the optional role for searches is among them.
 */
export function grantedRoles(mode: GrantMode, searches = true): Role[] {
  return [
    { actions: actionsOf('read'), on: 'subscriptions' },
    { actions: actionsOf('run'), on: mode },
    ...(searches ? [{ actions: actionsOf('diagnosis'), on: 'subscriptions' as const }] : []),
  ];
}
