import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html } from '../../src/page/html.ts';
import { toMarkdown } from '../../src/page/markdown.ts';

const BASE = 'https://prober.example/api/pages/clusters/a';
const of = (main: { text: string }) =>
  toMarkdown(`<!doctype html><body><nav>skip</nav><main id="main">${main.text}</main><footer>skip</footer>`, BASE);
/** What a viewer of Markdown shows for text in which every sign is escaped. */
const shown = (markdown: string) => markdown.replaceAll(/\\([!-/:-@[-`{-~])/g, '$1');

describe('a page as Markdown', () => {
  it('has its headings, lists, tables and bold words', () => {
    const table = html`<table><caption>no</caption><thead><tr><th>Node</th><th>State</th></tr></thead><tbody><tr><td>n1</td><td>down</td></tr></tbody></table>`;
    expect(of(html`<h1>Title</h1><p>Some <b>bold</b> words</p><h2>Part</h2><ul><li>one</li><li>two</li></ul>${table}`)).toBe(
      '# Title\n\nSome **bold** words\n\n## Part\n- one\n- two\n| Node | State |\n| - | - |\n| n1 | down |\n',
    );
  });

  it('has questions with their answers, and none of the pictures, forms and scripts', () => {
    expect(
      of(html`<svg><path d="M0"/></svg><form><button>Press</button></form><dl><dt>Why</dt><dd>a rule</dd></dl><script>x()</script>`),
    ).toBe('- **Why:** a rule\n');
  });

  it('has commands as they are, in a fence', () => {
    expect(of(html`<pre class="cmd"><code>${'az network nsg rule delete --name "a*b" | jq <x>'}</code></pre>`)).toBe(
      '```\naz network nsg rule delete --name "a*b" | jq <x>\n```\n',
    );
  });

  it('has links by their whole addresses, whatever a resource group is called', () => {
    expect(of(html`<a href="/api/pages/clusters/rg(1.shop">shop</a> <a href="https://portal.azure.com/#resource/a?b&c">portal</a>`)).toBe(
      '[shop](https://prober.example/api/pages/clusters/rg%281.shop) [portal](https://portal.azure.com/#resource/a?b&c)\n',
    );
  });
});

describe('what a node or Azure said', () => {
  it.each([
    '[click](https://evil.example)',
    '![x](https://evil.example/x.png)',
    '<img src=x onerror=alert(1)>',
    '</main><script>alert(1)</script>',
    'https://evil.example/login',
    'www.evil.example',
    'somebody@evil.example',
    '# no heading',
    '*a* _b_ ~~c~~ `d`',
    '| a | b |',
    '&lt;b&gt; &#60;',
    '\\[a\\](b)',
  ])('is text: %s', (text) => {
    const markdown = of(html`<p>${text}</p>`).trimEnd();
    expect(shown(markdown)).toBe(text);
    expect(markdown).not.toMatch(/(?<!\\)[<[\]`*_|#~&@]|\w:\/\/|www\./);
  });

  it('stays text whatever it is, on one line', () => {
    const text = fc.string({ unit: fc.constantFrom(...'[]()<>`*_#|!~\\&@:/w.a \n') });
    fc.assert(
      fc.property(text, (said) => {
        const markdown = of(html`<p>begin ${said} end</p>`);
        expect(markdown.trimEnd()).not.toContain('\n');
        expect(markdown.replaceAll(/\\./g, '')).not.toMatch(/[<[\]`*_|#~&@]|\w:\/\/|\bwww\./);
        expect(shown(markdown.trimEnd())).toBe(`begin ${said} end`.replaceAll(/\s+/g, ' '));
      }),
    );
  });

  it('does not end the fence around it', () => {
    const text = fc.string({ unit: fc.constantFrom(...'`\na ') });
    fc.assert(
      fc.property(text, (said) => {
        const lines = of(html`<pre>x${said}x</pre>`).trimEnd().split('\n');
        const fence = lines[0]!;
        expect([/^`{3,}$/.test(fence), lines.at(-1)]).toEqual([true, fence]);
        for (const line of lines.slice(1, -1)) expect(line.trim().startsWith(fence)).toBe(false);
      }),
    );
  });
});
