import type { TokenCredential } from '@azure/identity';
import { parseConnectionString, type TelemetryTarget } from '../model/connection-string.ts';
import type { Settings } from '../settings.ts';
import { postEvents } from './ingestion.ts';
import type { Sink } from './sink.ts';

/** A component of Application Insights, and what proves to it who sends. */
export interface Component {
  connectionString: string;
  target: TelemetryTarget;
  /** Absent where the component takes its instrumentation key as proof. */
  credential: TokenCredential | undefined;
}

/**
 * The component that the settings name, if any.
 *
 * @param credential - used where the authentication string says `Authorization=AAD`.
 */
export function findComponent(settings: Settings, credential: TokenCredential): Component | undefined {
  const connectionString = settings.APPLICATIONINSIGHTS_CONNECTION_STRING;
  if (connectionString === undefined) return undefined;
  const target = parseConnectionString(connectionString);
  if (typeof target === 'string') throw new Error(target);
  const isByIdentity = /Authorization=AAD/i.test(settings.APPLICATIONINSIGHTS_AUTHENTICATION_STRING ?? '');
  return { connectionString, target, credential: isByIdentity ? credential : undefined };
}

/** Application Insights is a sink where the settings name a component. Events go straight to its ingestion endpoint, which says what it accepted. */
export function openApplicationInsights(settings: Settings, credential: TokenCredential): readonly Sink[] {
  const component = findComponent(settings, credential);
  if (component === undefined) return [];
  return [{ name: 'ApplicationInsights', deliver: (events) => postEvents(component.target, component.credential, events) }];
}
