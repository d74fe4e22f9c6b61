import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Html } from './html.ts';

// The build replaces these calls by the text of the files (scripts/build.ts).
const css = readFileSync(new URL('./style.css', import.meta.url), 'utf8');
const script = readFileSync(new URL('./live.js', import.meta.url), 'utf8');

/** Without comments and indentation, which a reader of a page does not need. */
const shorten = (text: string) =>
  text
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/^\s*\/\/.*$/gm, '')
    .replaceAll(/\n\s*/g, '\n')
    .trim();

/** The style and the script of every page. They are constant, so that their hashes can stand in the policy of the pages, which lets no other in. */
export const STYLE = new Html(shorten(css));
export const SCRIPT = new Html(shorten(script));

const hashOf = ({ text }: Html) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** What a policy calls them: https://www.w3.org/TR/CSP3/#grammardef-hash-source */
export const STYLE_SOURCE = hashOf(STYLE);
export const SCRIPT_SOURCE = hashOf(SCRIPT);
