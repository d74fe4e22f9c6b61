import { cut, type Notice, shortKey } from './notice.ts';

// https://developer.pagerduty.com/docs/send-alert-event
const SUMMARY = 1024;
const DEDUP_KEY = 255;

/**
 * An event for PagerDuty's Events API v2.
 *
 * @param key - the integration key of the service.
 */
export function pagerDutyBody(
  { title, action, severity, source, kind, key: about, time, start, facts, links }: Notice,
  key: string,
): object {
  const common = { routing_key: key, event_action: action, dedup_key: shortKey(about, DEDUP_KEY) };
  if (action === 'resolve') return common;
  return {
    ...common,
    client: 'aks-fleet-prober',
    ...(links[0] === undefined ? {} : { client_url: links[0][1] }),
    links: links.map(([name, address]) => ({ href: address, text: name })),
    payload: {
      summary: cut(title, SUMMARY),
      timestamp: start === '' ? time : start,
      severity,
      source,
      class: kind,
      custom_details: Object.fromEntries(facts),
    },
  };
}
