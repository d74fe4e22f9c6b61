import type { Read } from '../evaluate/configuration.ts';
import type { Kind } from './kinds/kind.ts';
import type { SettingsReader } from './read-settings.ts';

/** What all kinds of rows have in common. */
export const graph = { apiVersion: '2024-04-01', action: 'Microsoft.ResourceGraph/resources/read' };

/** Reads rows of Resource Graph, of these subscriptions or of all that the identity can read. */
export function queryGraph<T>(
  reader: SettingsReader,
  query: string,
  kind: Kind<T>,
  about: string,
  subscriptions?: string[],
): Promise<Read<T>> {
  const body = { query, options: { resultFormat: 'objectArray' }, ...(subscriptions && { subscriptions }) };
  return reader.ask(`/providers/Microsoft.ResourceGraph/resources?api-version=${graph.apiVersion}`, { id: about, kind }, body);
}
