import { createHash } from 'node:crypto';
import { Html } from './html.ts';

/** The style of every page. It is constant, so that its hash can stand in the policy of the pages, which lets no other style in. */
export const STYLE = new Html(`
:root { color-scheme: light dark; --line: #8884; --bad: #c62828; --odd: #757575; --poor: #8a5300; --good: #2e7d32; --card: #8881; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --odd: #bdbdbd; --poor: #ffb74d; --good: #81c784; } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem; }
h1 { font-size: 1.25rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.banner { border: 2px solid currentColor; border-radius: .5rem; font-size: 1.4rem; font-weight: 600; margin: 1rem 0; padding: .75rem 1rem; }
.unreachable { color: var(--bad); } .unknown, .notProbed { color: var(--odd); } .reachable { color: var(--good); } .notServed { color: var(--poor); }
table { border-collapse: collapse; width: 100%; } th, td { border-bottom: 1px solid var(--line); padding: .35rem .5rem; text-align: left; vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; } .wrap { overflow-x: auto; } small { opacity: .8; }
summary { cursor: pointer; padding: .35rem 0; } code { font-size: .9em; } a, code { overflow-wrap: anywhere; }`);

/** What a policy calls the style: https://www.w3.org/TR/CSP3/#grammardef-hash-source */
export const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE.text).digest('base64')}'`;
