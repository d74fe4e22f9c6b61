import { type ArmReply, armError } from './arm-reply.ts';
import { armActions } from './arm-routes.ts';
import { guidOf } from './guid-of.ts';
import type { RequestLog } from './log-requests.ts';
import type { ArmRoute } from './match-arm-route.ts';
import { Problem } from './problem.ts';

/** A role that the prober was given: its actions, and whether it has them everywhere in the subscriptions or in the node resource groups only. */
export type Role = { actions: readonly string[]; on: 'subscriptions' | 'nodeGroups' };

/** What the prober may do. */
export type Rights = {
  /** Takes away actions such as `Microsoft.Network/routeTables/read`, in place of those that were taken away before. Throws a `Problem`. */
  lack(actions: readonly string[]): void;
  lacking(): string[];
  /** Whether the caller has an action on a path; without one, anywhere. */
  has(action: string, path?: string): boolean;
  /** The actions that the caller's roles grant in a resource group. */
  granted(resourceGroup: string): string[];
  /** The 403 for a request whose action is lacking, or whose resource nobody may read. */
  refuse(route: ArmRoute, url: URL): ArmReply | undefined;
  /** Azure's 403: it names the action and the scope. */
  deny(route: ArmRoute, path: string): ArmReply;
};

/**
 * Makes the rights of the prober, who has all of them at first, unless roles say which.
 *
 * @param isHidden - whether a fault hides the resource of a path.
 * @param isNodeGroup - whether a resource group is that of the nodes of a cluster.
 * @param log - where refusals are counted.
 */
export function keepRights(
  isHidden: (path: string) => boolean,
  isNodeGroup: (resourceGroup: string) => boolean,
  roles?: readonly Role[],
  log?: Pick<RequestLog, 'refused'>,
): Rights {
  let lacked = new Map<string, string>();
  const covers = ({ on }: Role, resourceGroup: string | undefined) =>
    on === 'subscriptions' || (resourceGroup !== undefined && isNodeGroup(resourceGroup));
  const isGranted = (action: string, path: string | undefined) =>
    roles === undefined ||
    roles.some(
      (role) =>
        role.actions.some((each) => each.toLowerCase() === action.toLowerCase()) && (path === undefined || covers(role, groupOf(path))),
    );
  const has: Rights['has'] = (action, path) => !lacked.has(action.toLowerCase()) && isGranted(action, path);
  const deny: Rights['deny'] = (route, path) => denyAction(route, route.action, path);
  const denyAction = (route: ArmRoute, action: string, path: string) => {
    const client = `The client '${guidOf('identity client')}' with object id '${guidOf('identity')}'`;
    const message = `${client} does not have authorization to perform action '${action}' over scope '${scopeOf(route, path)}' or the scope is invalid. If access was recently granted, please refresh your credentials.`;
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
    granted: (resourceGroup) =>
      (roles ?? [{ actions: ['*/read', 'Microsoft.Compute/*/runCommand/action'], on: 'subscriptions' as const }])
        .filter((role) => covers(role, resourceGroup))
        .flatMap(({ actions }) => actions),
    refuse(route, { pathname, searchParams }) {
      // A list with the view of each instance is a read of that view, too.
      const withView = searchParams.get('$expand')?.toLowerCase() === 'instanceview' && route.action.endsWith('/read');
      const actions = [route.action, ...(withView ? [route.action.replace(/\/read$/, '/instanceView/read')] : [])];
      const lacking = actions.find((action) => !has(action, pathname));
      if (lacking !== undefined) {
        log?.refused(lacking);
        return denyAction(route, lacking, pathname);
      }
      return isHidden(pathname) ? deny(route, pathname) : undefined;
    },
  };
}

/** The resource group of a path. */
const groupOf = (path: string) => /\/resourceGroups\/([^/]+)/i.exec(decodeURIComponent(path))?.[1];

/** What a path is about: a resource, or for a list what it is a list of. */
function scopeOf({ operation }: ArmRoute, path: string): string {
  if (operation === 'VirtualNetworkLinks_List') return path.replace(/\/[^/]+\/?$/, '');
  const isList = /_List|_Query$/.test(operation);
  return (isList ? path.replace(/\/providers\/(?!.*\/providers\/).*/, '') : path.replace(/\/(instanceView|runCommand)\/?$/i, '')) || '/';
}
