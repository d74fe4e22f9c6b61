import { createHash } from 'node:crypto';
import { expect } from 'vitest';

const tagsOf = (text: string) => [...text.matchAll(/<[a-z][^>]*>/g)].map(([tag]) => tag);
const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const attributesOf = (text: string, name: string) => [...text.matchAll(new RegExp(` ${name}="([^"]*)"`, 'g'))].map(([, value]) => value!);

/** What every page keeps to, whatever it shows: structure for all readers, and nothing that runs but our own script. */
export function expectRules(text: string, headers: Headers): void {
  const policy = headers.get('content-security-policy') ?? '';
  const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(text) ?? [];
  const [, script = ''] = /<script>([\s\S]*?)<\/script>/.exec(text) ?? [];
  expect([text.match(/<style/g)?.length, text.match(/<script/g)?.length]).toEqual([1, 1]);
  // A browser applies the style, and runs the script, only if the hash is that of the policy, to the byte.
  expect(policy).toContain(`style-src ${hashOf(style)};`);
  expect(policy).toContain(`script-src ${hashOf(script)};`);
  expect(policy).toMatch(/^default-src 'none'; /);
  for (const part of ["base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"]) expect(policy).toContain(part);
  expect(policy).not.toMatch(/unsafe|\*|https?:/);
  expect([headers.get('referrer-policy'), headers.get('x-content-type-options')]).toEqual(['same-origin', 'nosniff']);

  const bare = text.replace(style, '').replace(script, '');
  for (const tag of tagsOf(bare)) expect(tag.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/\s(style|on\w+|srcdoc)=/i);
  expect(attributesOf(bare, 'href').filter((address) => !/^(\/|#|https:\/\/|data:image\/svg\+xml,)/.test(address))).toEqual([]);
  expect(bare).not.toMatch(/<(iframe|object|embed|base|img|meta http-equiv)\b/);

  expect(bare.match(/<h1>/g)).toHaveLength(1);
  expect(bare.match(/<main /g)).toHaveLength(1);
  const levels = [...bare.matchAll(/<h([1-6])\b/g)].map(([, level]) => Number(level));
  expect(levels[0]).toBe(1);
  for (const [at, level] of levels.entries()) expect(level - (levels[at - 1] ?? 0)).toBeLessThanOrEqual(1);
  for (const [summary] of bare.matchAll(/<summary\b[\s\S]*?<\/summary>/g)) expect(summary).not.toMatch(/<(a|button|input)\b/);
  for (const [head] of bare.matchAll(/<th\b[^>]*>/g)) expect(head).toMatch(/ scope="(col|row)"/);
  for (const [table] of bare.matchAll(/<table\b[\s\S]*?<\/table>/g)) expect(table).toContain('<caption');
  for (const [svg] of bare.matchAll(/<svg\b[^>]*>/g)) expect(svg).toMatch(/aria-hidden="true"|role="img" aria-label="[^"]/);
  const ids = attributesOf(bare, 'id');
  expect(ids).toEqual([...new Set(ids)]);
  for (const id of attributesOf(bare, 'aria-labelledby')) expect(ids).toContain(id);
  expect(bare).not.toMatch(/undefined|\[object|NaN/);
}
