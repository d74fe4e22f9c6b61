import { version } from '../version.ts';
import { SCRIPT, STYLE } from './assets.ts';
import { type Html, html } from './html.ts';
import { ICON_SHEET, icon } from './icons.ts';
import type { Links } from './links.ts';
import { iconOf, MARK, type PageState, SIGN } from './page-state.ts';
import { lengthOf, when } from './time.ts';

/** What every page knows of its surroundings. */
export interface Frame {
  links: Links;
  now: Date;
  /** The newest completed sweep, and when the next one is due. */
  sweep: { id: string; completedAt: string; startedAt: string } | undefined;
  next: Date;
  /** Whether no sweep completed lately, so that nobody knows whether what is shown is still so. */
  stale: boolean;
  /** Seconds after which the page is shown anew; 0 where it stays, since the reader paused it or it cannot change. */
  refreshSeconds: number;
  /** The address of this page with other parameters: an empty one is left out. */
  self(query: Readonly<Record<string, string>>): string;
  paused: boolean;
  /** Whether it is shown on a wall, from far away and without controls. */
  wall: boolean;
}

/** The parts of a page of its own. */
export interface Document {
  /** Without the sign of its state. */
  title: string;
  state: PageState;
  /** The page of the navigation that it belongs to. */
  current: 'Fleet' | 'Incidents' | 'Outages' | 'Sweeps' | 'Reasons' | undefined;
  /** The way to it, from the fleet on; the last one is the page itself and has no address. */
  crumbs?: readonly (readonly [name: string, address?: string])[];
  body: Html;
  /** Whether it can be had as JSON and Markdown. */
  hasFormats?: boolean;
}

const LOGO = html`<svg viewBox="0 0 20 20" aria-hidden="true"><path class="f-text" d="M1 1h5v5H1zM7.5 1h5v5h-5zM14 1h5v5h-5zM1 7.5h5v5H1zM14 7.5h5v5h-5zM1 14h5v5H1zM7.5 14h5v5h-5zM14 14h5v5h-5z"/><path class="f-bad" d="M7.5 7.5h5v5h-5z"/></svg>`;

function sweepLine({ sweep, next, now, self, paused, refreshSeconds }: Frame): Html {
  const last =
    sweep === undefined
      ? html`<span>No sweep has completed yet</span>`
      : html`<span>Last sweep <b>${when(sweep.id, now)}</b>, took ${lengthOf((Date.parse(sweep.completedAt) - Date.parse(sweep.startedAt)) / 1000)}</span>`;
  const pause = paused
    ? html`<span>Paused at <b>${when(now.toISOString(), now)}</b> · <a href="${self({ refresh: '' })}">Resume</a></span>`
    : refreshSeconds > 0
      ? html`<span>Updated <b>${when(now.toISOString(), now)}</b> <span data-zone-name>UTC</span> · <a href="${self({ refresh: 'off' })}">Pause</a></span>`
      : '';
  return html`<div class="sweep">${last}<span>Next <b>${when(next.toISOString(), now)}</b></span>${pause}</div>`;
}

function navigation({ links }: Frame, current: Document['current']): Html {
  const pages = [
    ['Fleet', links.fleet()],
    ['Incidents', links.incidents],
    ['Outages', links.outages],
    ['Sweeps', links.sweeps],
    ['Reasons', links.reasons],
  ] as const;
  const each = pages.map(([name, address]) => html`<a href="${address}"${name === current ? html` aria-current="page"` : ''}>${name}</a>`);
  return html`<nav aria-label="Pages">${each}</nav>`;
}

function crumbsOf(crumbs: NonNullable<Document['crumbs']>): Html {
  const each = crumbs.map(([name, address]) => html`<li>${address === undefined ? name : html`<a href="${address}">${name}</a>`}</li>`);
  return html`<nav aria-label="Where you are"><ol class="crumbs">${each}</ol></nav>`;
}

/** The headline of a page: its state, one sentence, and what proves it. */
export function headOf(state: PageState, title: unknown, lede: unknown, facts: readonly unknown[] = [], action: unknown = ''): Html {
  const shown = facts.filter((fact) => fact !== '' && fact !== undefined);
  const line = shown.length === 0 ? '' : html`<p class="facts">${shown.map((fact) => html`<span>${fact}</span>`)}</p>`;
  return html`<div class="head">${icon(SIGN[state])}<div><h1>${title}</h1><p class="lede">${lede}</p>${line}</div>${action}</div>`;
}

/** A whole HTML document. */
export function documentOf(frame: Frame, { title, state, current, crumbs, body, hasFormats = true }: Document): string {
  const { links, self, wall, refreshSeconds } = frame;
  const formats = hasFormats
    ? html`<a href="${self({ format: 'json' })}">This page as JSON</a><a href="${self({ format: 'md' })}">as Markdown</a>`
    : '';
  // A page in place of another has no other forms.
  const wallLink = !hasFormats
    ? ''
    : wall
      ? html`<a href="${self({ wall: '' })}">Leave the wall mode</a>`
      : html`<a href="${self({ wall: '1' })}">Wall mode</a>`;
  return html`<!doctype html>
<html lang="en"${refreshSeconds > 0 ? html` data-refresh="${refreshSeconds}"` : ''}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${MARK[state]} ${title} · AKS fleet</title><link rel="icon" href="${iconOf(state)}"><style>${STYLE}</style></head>
<body${wall ? html` class="wall"` : ''}><a class="skip" href="#main">Skip to content</a>${ICON_SHEET}<header class="top"><div><a class="brand" href="${links.fleet()}">${LOGO}AKS fleet</a>${navigation(frame, current)}${sweepLine(frame)}</div></header>
<main id="main" tabindex="-1">${crumbs === undefined ? '' : crumbsOf(crumbs)}${body}</main>
<footer class="foot"><span data-zone>Times are UTC.</span>${formats}${wallLink}<span>aks-fleet-prober ${version}</span></footer><script>${SCRIPT}</script></body></html>`
    .text;
}
