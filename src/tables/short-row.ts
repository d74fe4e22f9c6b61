// What of a node's row follows from its key, or from other columns, is stored as a sign: half of a row would be said twice. Rows that were
// written before are read as they are.

/** Stands for a text that the reader knows; in none of the names and times that it is put into. */
const SAME = '¶';
const GROUP = '/subscriptions/{}/resourceGroups/{}/providers/';
/** Resource ids that rows hold, each with the letter that names it. */
const FORMS = {
  i: `${GROUP}Microsoft.Compute/virtualMachineScaleSets/{}/virtualMachines/{}`,
  v: `${GROUP}Microsoft.Compute/virtualMachines/{}`,
  n: `${GROUP}Microsoft.Network/virtualNetworks/{}/subnets/{}`,
} as const;
const PATTERNS = Object.entries(FORMS).map(
  ([letter, form]) => [letter, new RegExp(`^${form.replaceAll('.', '\\.').replaceAll('{}', `([^/${SAME}]+)`)}$`)] as const,
);

const subscriptionOf = (cluster: string) => cluster.slice(0, cluster.indexOf('.'));

/** A resource id by its names alone, without the subscription if that is the cluster's. */
function shortenId(id: string, cluster: string): string {
  for (const [letter, pattern] of PATTERNS) {
    const names = pattern.exec(id)?.slice(1);
    if (names === undefined) continue;
    const [subscription, ...rest] = names;
    return [`${SAME}${letter}`, subscription === subscriptionOf(cluster) ? '' : subscription, ...rest].join('/');
  }
  return id;
}

function restoreId(short: string, cluster: string): string {
  const form = FORMS[short[1] as keyof typeof FORMS];
  if (!short.startsWith(SAME) || form === undefined) return short;
  const [subscription, ...rest] = short.split('/').slice(1);
  const names = [subscription || subscriptionOf(cluster), ...rest];
  return form.replaceAll('{}', () => names.shift() ?? '');
}

/** A time that usually is the same as another of the row. */
const TWINS = [
  ['conclusiveAt', 'at'],
  ['firstSuccess', 'since'],
  ['firstFailure', 'since'],
] as const;
const IDS = ['resourceId', 'subnet'] as const;
/** Times by which nothing is filtered: in milliseconds since 1970 they take half as much. */
const TIMES = ['created', 'dueSince', 'since'] as const;
/** They hold the id of the cluster, within the name of a run. */
const RUNS = ['run', 'claim'] as const;
const SAID = 'kubectl version of ';
/** Its `since` usually is the time of the latest result. */
const WATCHED_SINCE = /"since":"([^"\\]*)"/;
const IS_SERVED = /^\{"ok":true,"since":"([^"\\]+)","times":(\d+)\}$/;

/** Whether a text is a time as this program writes times. */
const isTime = (text: string) => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text;

const IS_MS = /^\d{13}$/;
/** Milliseconds after another time. */
const LATER = /^\+\d{1,13}$/;
const toMs = (text: string) => (isTime(text) ? String(Date.parse(text)) : text);
const fromMs = (text: string) => (IS_MS.test(text) ? new Date(Number(text)).toISOString() : text);

/** An outage as its episode, its reason and its times, the last of which is its start where it has returned: `1 DnsTimeout 1793512497380 1793512797380`. */
function shortenOutage(json: string): string {
  const { outage: start, episode, from, end, reason, ...more } = JSON.parse(json) as Record<string, unknown>;
  const isShort = [start, from, end ?? start].every((time) => typeof time === 'string' && isTime(time)) && Object.keys(more).length === 0;
  if (!isShort) return json;
  const times = [from, end ?? SAME, ...(start === from ? [] : [start])].map((time) => toMs(String(time)));
  return [episode, reason, ...times].join(' ');
}

function restoreOutage(short: string): string {
  if (!/^\d/.test(short)) return short;
  const [episode, reason, from, end, start = from] = short.split(' ');
  const ended = end === SAME ? '' : `,"end":"${fromMs(end!)}"`;
  return `{"outage":"${fromMs(start!)}","episode":${episode},"from":"${fromMs(from!)}","reason":"${reason}"${ended}}`;
}

type Properties = Record<string, unknown>;

const textIn = (properties: Readonly<Properties>, name: string): string => (typeof properties[name] === 'string' ? properties[name] : '');

/** Shortens some or all properties of the row of a node of a cluster. Pure. */
export function shortenRow(cluster: string, properties: Readonly<Properties>): Properties {
  const short: Properties = { ...properties };
  const text = (name: string) => textIn(properties, name);
  for (const name of IDS) if (text(name) !== '') short[name] = shortenId(text(name), cluster);
  for (const name of RUNS) if (text(name).includes(`|${cluster}|`)) short[name] = text(name).replace(`|${cluster}|`, `|${SAME}|`);
  const [sweep, at] = [text('sweep'), text('at')];
  if (sweep !== '' && textIn(short, 'run').startsWith(`${sweep}|${SAME}|`)) short.run = textIn(short, 'run').replace(sweep, SAME);
  for (const [name, twin] of TWINS) if (text(name) !== '' && text(name) === text(twin)) short[name] = SAME;
  if (at !== '' && WATCHED_SINCE.exec(text('watch'))?.[1] === at) short.watch = text('watch').replace(WATCHED_SINCE, `"since":"${SAME}"`);
  const later = Date.parse(text('foldedAt')) - Date.parse(at);
  if (isTime(at) && isTime(text('foldedAt')) && later >= 0) short.foldedAt = `+${later}`;
  for (const name of TIMES) if (isTime(text(name))) short[name] = toMs(text(name));
  if (text('outage').startsWith('{')) short.outage = shortenOutage(text('outage'));
  const [since, times] = IS_SERVED.exec(text('served'))?.slice(1) ?? [];
  if (times !== undefined) short.served = since === text('since') ? times : `${times} ${since}`;
  const [message, endpoint] = [text('message'), text('endpoint')];
  if (endpoint !== '' && message.startsWith(`${SAID}${endpoint} `))
    short.message = `${SAID}${SAME}${message.slice(SAID.length + endpoint.length)}`;
  return short;
}

/** Restores the row of a node of a cluster, or the selected part of one. Pure. */
export function restoreRow<R extends Readonly<Properties>>(cluster: string, row: R): R {
  const whole: Properties = { ...row };
  for (const name of TIMES) if (IS_MS.test(textIn(row, name))) whole[name] = fromMs(textIn(row, name));
  // Others refer to these times.
  const text = (name: string) => textIn(whole, name);
  if (text('outage') !== '') whole.outage = restoreOutage(text('outage'));
  for (const name of IDS) if (text(name).startsWith(SAME)) whole[name] = restoreId(text(name), cluster);
  for (const name of RUNS) if (text(name).includes(`|${SAME}|`)) whole[name] = text(name).replace(`|${SAME}|`, `|${cluster}|`);
  if (text('run').startsWith(`${SAME}|`)) whole.run = text('run').replace(SAME, () => text('sweep'));
  for (const [name, twin] of TWINS) if (text(name) === SAME) whole[name] = text(twin);
  if (text('watch').includes(`"since":"${SAME}"`)) whole.watch = text('watch').replace(SAME, () => text('at'));
  if (LATER.test(text('foldedAt')) && isTime(text('at')))
    whole.foldedAt = new Date(Date.parse(text('at')) + Number(text('foldedAt'))).toISOString();
  const [times, since = text('since')] = /^\d/.test(text('served')) ? text('served').split(' ') : [];
  if (times !== undefined) whole.served = `{"ok":true,"since":${JSON.stringify(since)},"times":${times}}`;
  if (text('message').startsWith(`${SAID}${SAME}`)) whole.message = text('message').replace(SAME, () => text('endpoint'));
  return whole as R;
}
