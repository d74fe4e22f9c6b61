import { createHash } from 'node:crypto';
import { cut, type Notice } from './notice.ts';

// https://docs.opsgenie.com/docs/alert-api
const MESSAGE = 130;
const DESCRIPTION = 15_000;
const PRIORITIES = { critical: 'P1', error: 'P2', warning: 'P3' } as const;

/** A request to the Alert API of Opsgenie or Jira Service Management, below the address of its alerts. */
export function opsgenieRequest({ title, action, severity, source, kind, key, facts, links }: Notice): { path: string; body: object } {
  // Part of a path, so that it has letters and digits only.
  const alias = createHash('sha256').update(key).digest('hex').slice(0, 40);
  const common = { source: 'aks-fleet-prober' };
  if (action === 'resolve') return { path: `/${alias}/close?identifierType=alias`, body: { ...common, note: cut(title, DESCRIPTION) } };
  const lines = [title, ...facts.map(([name, text]) => `${name}: ${text}`), ...links.map(([name, address]) => `${name}: ${address}`)];
  const body = {
    ...common,
    message: cut(title, MESSAGE),
    alias,
    description: cut(lines.join('\n'), DESCRIPTION),
    priority: PRIORITIES[severity],
    entity: cut(source, 512),
    tags: ['aks-fleet-prober', kind],
    details: { key, ...Object.fromEntries(links) },
  };
  return { path: '', body };
}
