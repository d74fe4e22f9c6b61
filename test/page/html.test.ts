import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Html, html } from '../../src/page/html.ts';

const data = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'&<>"\'`=/;!-abc') }),
  fc.constantFrom('<script>alert(1)</script>', '" onload="x', "' autofocus '", '&amp;', '&#60;', '</style>', '<!--', ']]>', '\u2028'),
);

/** Reads character references back, as a browser does. */
const decode = (text: string) =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name] ?? '');

describe('html', () => {
  it('lets no character of data that means anything to HTML through, in text and in attributes', () => {
    fc.assert(
      fc.property(data, data, (attribute, content) => {
        const { text } = html`<a title="${attribute}">${content}</a>`;
        const parts = /^<a title="([^"]*)">([\s\S]*)<\/a>$/.exec(text);
        expect(parts).not.toBeNull();
        for (const part of parts!.slice(1)) {
          expect(part).not.toMatch(/[<>"']/);
          expect(part).not.toMatch(/&(?!(?:amp|lt|gt|quot|#39);)/);
        }
        expect(parts!.slice(1).map(decode)).toEqual([attribute, content]);
      }),
      { numRuns: 3000 },
    );
  });

  it('escapes data in lists, however deep, and keeps HTML among it', () => {
    fc.assert(
      fc.property(fc.array(data), (items) => {
        const { text } = html`<ul>${items.map((item) => [html`<li>${item}</li>`])}</ul>`;
        expect(text.replace(/^<ul>|<\/ul>$|<\/?li>/g, '')).not.toMatch(/[<>"']/);
        expect(text.match(/<li>/g)?.length ?? 0).toBe(items.length);
      }),
    );
    expect(html`${[['<', html`<b>`], '>']}`.text).toBe('&lt;<b>&gt;');
  });

  it('escapes what only looks like HTML', () => {
    expect(html`${{ text: '<b>', toString: () => '<i>' }}`.text).toBe('&lt;i&gt;');
    expect(html`${JSON.stringify(new Html('<b>'))}`.text).toBe('{&quot;text&quot;:&quot;&lt;b&gt;&quot;}');
  });

  it('escapes once and not again what is put into another template', () => {
    expect(html`<p>${html`<b>${'a & b'}</b>`}</p>`.text).toBe('<p><b>a &amp; b</b></p>');
  });

  it('writes nothing for what is absent, and zero for zero', () => {
    expect(html`[${undefined}${null}${false}${''}${[]}|${0}|${true}|${Number.NaN}]`.text).toBe('[|0|true|NaN]');
  });

  it('keeps the template as it was written', () => {
    expect(html`<p class="a">it's & fine</p>`.text).toBe('<p class="a">it\'s & fine</p>');
  });
});
