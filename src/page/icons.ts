import { Html, html } from './html.ts';

/** The signs of the pages. A state has a shape of its own, for people who cannot tell colours apart. */
export type IconName = 'down' | 'ok' | 'unk' | 'np' | 'warn' | 'maint' | 'flat' | 'up' | 'fall' | 'eye' | 'edit' | 'bell';

const SHAPES: Readonly<Record<IconName, string>> = {
  down: '<circle cx="8" cy="8" r="6.2"/><path d="M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4"/>',
  ok: '<circle cx="8" cy="8" r="6.2"/><path d="M5.3 8.3l1.9 1.9 3.6-4"/>',
  unk: '<circle cx="8" cy="8" r="6.2" stroke-dasharray="2.4 2"/><path d="M6.4 6.4a1.7 1.7 0 1 1 2.4 1.6c-.6.3-.8.6-.8 1.1M8 11.2v.1"/>',
  np: '<circle cx="8" cy="8" r="6.2"/><path d="M5.6 8h4.8"/>',
  warn: '<path d="M8 2.2l6.2 11H1.8zM8 6.6v3M8 11.4v.1"/>',
  maint: '<path d="M10.2 2.6a3.4 3.4 0 0 0-3.9 4.5l-4 4a1.5 1.5 0 0 0 2.2 2.2l4-4a3.4 3.4 0 0 0 4.6-3.9L11 7.4 8.8 6.9l-.4-2.1z"/>',
  flat: '<path d="M2.5 8h10M9.8 5l3 3-3 3"/>',
  up: '<path d="M3 13L12.5 3.5M6.5 3.5h6v6"/>',
  fall: '<path d="M3 3l9.5 9.5M6.5 12.5h6v-6"/>',
  eye: '<path d="M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8z"/><circle cx="8" cy="8" r="1.8"/>',
  edit: '<path d="M3 13l.6-2.6L10.8 3.2a1.4 1.4 0 0 1 2 2L5.6 12.4z"/>',
  bell: '<path d="M4 11V7a4 4 0 0 1 8 0v4l1 1H3zM7 13.8h2"/>',
};

/** The shapes, once a page; each use refers to one. */
export const ICON_SHEET = new Html(
  `<svg width="0" height="0" class="hidden" aria-hidden="true" focusable="false"><defs>${Object.entries(SHAPES)
    .map(([name, shape]) => `<symbol id="i-${name}" viewBox="0 0 16 16">${shape}</symbol>`)
    .join('')}</defs></svg>`,
);

/**
 * A sign. It says nothing to a screen reader: words stand beside it.
 *
 * @param tone - the class of its colour; that of its state if it has one of its own.
 */
export const icon = (name: IconName, tone: string = name): Html =>
  html`<svg class="ic ${tone}" aria-hidden="true"><use href="#i-${name}"/></svg>`;

/** A state in words, in a frame. */
export const pill = (tone: string, sign: IconName, words: unknown): Html =>
  html`<span class="pill ${tone}">${icon(sign, tone)}${words}</span>`;
