import { methodsOf, type Route } from './route.ts';
import { routes } from './routes.ts';

/** What a route is registered with as a function. */
export interface Registration extends Pick<Route, 'name' | 'path'> {
  methods: ReturnType<typeof methodsOf>;
  authLevel: 'anonymous' | 'function';
}

/**
 * Every route as it is registered. The build puts the value in the place of this module, so that registering loads neither handlers nor schemas; it
 * must be JSON.
 */
export const registrations: readonly Registration[] = routes.map((route) => ({
  name: route.name,
  path: route.path,
  methods: methodsOf(route),
  authLevel: route.anonymous ? 'anonymous' : 'function',
}));
