import { type ArmReply, armError } from './arm-reply.ts';
import { armActions } from './arm-routes.ts';
import { guidOf } from './guid-of.ts';
import type { ArmRoute } from './match-arm-route.ts';
import { Problem } from './problem.ts';

/** What the prober may do. */
export type Rights = {
  /** Takes away actions such as `Microsoft.Network/routeTables/read`, in place of those that were taken away before. Throws a `Problem`. */
  lack(actions: readonly string[]): void;
  lacking(): string[];
  /** Whether the caller has an action. */
  has(action: string): boolean;
  /** The 403 for a request whose action is lacking, or whose resource nobody may read. */
  refuse(route: ArmRoute, path: string): ArmReply | undefined;
  /** Azure's 403: it names the action and the scope. */
  deny(route: ArmRoute, path: string): ArmReply;
};

/**
 * Makes the rights of the prober, who has all of them at first.
 *
 * @param isHidden - whether a fault hides the resource of a path.
 */
export function keepRights(isHidden: (path: string) => boolean): Rights {
  let lacked = new Map<string, string>();
  const has: Rights['has'] = (action) => !lacked.has(action.toLowerCase());
  const deny: Rights['deny'] = (route, path) => {
    const client = `The client '${guidOf('identity client')}' with object id '${guidOf('identity')}'`;
    const message = `${client} does not have authorization to perform action '${route.action}' over scope '${scopeOf(route, path)}' or the scope is invalid. If access was recently granted, please refresh your credentials.`;
    return armError(403, 'AuthorizationFailed', message);
  };
  return {
    lack(actions) {
      const unknown = actions.filter((action) => !armActions.has(action.toLowerCase()));
      if (unknown.length > 0)
        throw new Problem(400, 'Unknown action', `No route of the simulator needs ${unknown.join(', ')}.`, { possible: [...armActions] });
      lacked = new Map(actions.map((action) => [action.toLowerCase(), action]));
    },
    lacking: () => [...lacked.values()],
    has,
    deny,
    refuse: (route, path) => (has(route.action) && !isHidden(path) ? undefined : deny(route, path)),
  };
}

/** What a path is about: a resource, or for a list what it is a list of. */
function scopeOf({ operation }: ArmRoute, path: string): string {
  if (operation === 'VirtualNetworkLinks_List') return path.replace(/\/[^/]+\/?$/, '');
  const isList = /_List|_Query$/.test(operation);
  return (isList ? path.replace(/\/providers\/(?!.*\/providers\/).*/, '') : path.replace(/\/(instanceView|runCommand)\/?$/i, '')) || '/';
}
