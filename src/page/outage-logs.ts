import type { OutageView } from '../views/outages.ts';
import { type Html, html } from './html.ts';
import { pill } from './icons.ts';
import type { Links } from './links.ts';
import { outageLink } from './outage-panel.ts';
import { agoOf, lengthOf, when } from './time.ts';

type Entry = OutageView['startLogs'][number];

function line({ time, success, message, latency }: Entry, now: Date): Html {
  const word = success ? html`<i>reachable</i>  ` : html`<b>unreachable</b>`;
  return html`${when(time, now, 'second')} ${word} ${message}${latency ? ` ${latency}` : ''}
`;
}

/** Lines of a log as they came. */
export const logOf = (entries: readonly Entry[], now: Date): Html =>
  html`<pre class="log">${entries.map((entry) => line(entry, now))}</pre>`;

/** How long an outage lasted, or has lasted. */
export const lastedWords = ({ start, end }: Pick<OutageView, 'start' | 'end'>, now: Date): string =>
  end === null ? `to now, ${agoOf(start, now)}` : lengthOf((Date.parse(end) - Date.parse(start)) / 1000);

/** An outage with the results around its start and its end. */
export function outageBox(outage: OutageView, links: Links, now: Date): Html {
  const { start, end, reason, startLogs, endLogs, flaps, maintenance } = outage;
  const state = end === null ? pill('down', 'down', 'Open') : pill('ok', 'ok', 'Ended');
  const notes = [reason, flaps > 0 && `returned ${flaps}×`, maintenance && 'began in a maintenance'].filter(Boolean).join(', ');
  const logs = [
    ['Start', startLogs],
    ['End', [...endLogs].reverse()],
  ] as const;
  const columns = logs.map(([title, entries]) =>
    entries.length === 0 ? '' : html`<div><span class="small muted">${title}</span>${logOf(entries, now)}</div>`,
  );
  return html`<div class="box"><header><h3>${when(start, now, 'second')} ${end === null ? '' : 'for '}${lastedWords(outage, now)}</h3>${state}<span>${notes}</span><a href="${outageLink(links, outage)}">Outage page</a></header><div class="logs">${columns}</div></div>`;
}
