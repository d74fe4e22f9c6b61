import { type ArmOperation, armRoutes, pathParts } from './arm-routes.ts';

/** An operation with the names that its path holds. */
export type ArmRoute = {
  operation: ArmOperation;
  /** The action that the caller must be allowed. */
  action: string;
  subscription: string;
  resourceGroup?: string;
  cluster?: string;
  scaleSet?: string;
  instance?: string;
  location?: string;
  operationId?: string;
  parent?: string;
  name?: string;
};

const whole = (path: string) => Object.entries(pathParts).reduce((text, [name, meaning]) => text.replace(name, meaning), path);

// Azure compares every word of a path without regard to letter case.
const routes = armRoutes.map(([method, path, operation, action]) => ({
  method,
  operation,
  action,
  pattern: new RegExp(
    `^${whole(path)
      .replaceAll('.', '\\.')
      .replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}/?$`,
    'i',
  ),
}));

/**
 * Finds the operation that a request means.
 *
 * @param path - the URL's path, still percent-encoded.
 * @returns `undefined` when the simulator does not support it.
 */
export function matchArmRoute(method: string, path: string): ArmRoute | undefined {
  for (const { method: wanted, operation, action, pattern } of routes) {
    const found = method === wanted ? pattern.exec(path) : null;
    if (found === null) continue;
    const names = Object.entries(found.groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text)]);
    return { operation, action, subscription: '', ...Object.fromEntries(names) };
  }
  return undefined;
}
