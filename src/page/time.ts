import { type Html, html } from './html.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A share as a percentage, rounded down so that less than all never looks like 100 %. */
export function percent(share: number, digits: number): string {
  const shown = (Math.floor(share * 10 ** (digits + 2)) / 10 ** digits).toFixed(digits);
  return `${Number(shown) === 100 ? '100' : shown} %`;
}

/** A duration in seconds as text, rounded down. */
export function lengthOf(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'an unknown time';
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return `${Math.max(0, Math.floor(seconds))} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d${hours % 24 === 0 ? '' : ` ${hours % 24} h`}`;
}

/** How long ago something was, or until something that is to come. */
export const agoOf = (time: string, now: Date): string => lengthOf(Math.abs(now.getTime() - Date.parse(time)) / 1000);

const dayOf = (time: string) => `${Number(time.slice(8, 10))} ${MONTHS[Number(time.slice(5, 7)) - 1]}`;

/**
 * A time as an element: the clock in UTC, with the day where it is not today's. Scripts show it in the zone of the reader. Empty if there is none; a text that is no
 * time is shown as it is.
 *
 * @param form - `minute`: to the minute; `second`: to the second; `day`: the day alone; `clock`: never with the day.
 */
export function when(time: string | null | undefined, now: Date, form: 'minute' | 'second' | 'day' | 'clock' = 'minute'): Html {
  if (!time) return html``;
  const moment = new Date(time);
  if (Number.isNaN(moment.getTime())) return html`${time}`;
  const iso = moment.toISOString();
  const clock = iso.slice(11, form === 'second' ? 19 : 16);
  const isToday = iso.slice(0, 10) === now.toISOString().slice(0, 10);
  const year = iso.slice(0, 4) === now.toISOString().slice(0, 4) ? '' : ` ${iso.slice(0, 4)}`;
  const day = `${dayOf(iso)}${year}`;
  const shown = form === 'day' ? day : form === 'clock' || isToday ? clock : `${day} ${clock}`;
  return html`<time datetime="${iso}" data-form="${form}">${shown}</time>`;
}

/** Since when something is so: the clock, and how long. */
export const since = (time: string | null | undefined, now: Date): Html =>
  time ? html`since ${when(time, now)} (${agoOf(time, now)})` : html``;

/** A number of things in words: `1 node`, `3 nodes`. */
export const many = (count: number, one: string, several = `${one}s`): string => `${count} ${count === 1 ? one : several}`;
