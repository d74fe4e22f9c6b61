import type { Notice } from './notice.ts';

const HOUR_MS = 3_600_000;
/** Alertmanager resolves by itself what nobody repeats, after five minutes: an alert says therefore for how long it stands, unless its end comes. */
const STANDS_MS = 7 * 24 * HOUR_MS;

/** Alerts for Alertmanager's API v2, `POST /api/v2/alerts`: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */
export function alertmanagerBody({ title, action, severity, source, kind, key, time, start, end, facts, links }: Notice): object {
  const after = (from: string, ms: number) => new Date(Date.parse(from) + ms).toISOString();
  // A prober's error has no end of its own.
  const stands = after(time, kind === 'ProberError' ? HOUR_MS : STANDS_MS);
  const own = (name: string) => name.toLowerCase().replaceAll(' ', '_');
  return [
    {
      // The same at the start and the end: they are what names an alert there.
      labels: { alertname: kind, severity, source, key, job: 'aks-fleet-prober' },
      annotations: { summary: title, ...Object.fromEntries([...facts, ...links].map(([name, text]) => [own(name), text])) },
      startsAt: start === '' ? time : start,
      endsAt: action === 'resolve' ? end || time : stands,
      ...(links[0] === undefined ? {} : { generatorURL: links[0][1] }),
    },
  ];
}
