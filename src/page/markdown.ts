/** What the pages write of HTML, decoded. */
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const decode = (text: string) => text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name]!);

/** Text that Markdown shows as it is: what a node or Azure said must not become a link, a picture or HTML. */
const shownAsIs = (text: string) =>
  decode(text)
    .replaceAll(/[\\`*_[\]<>|#!~&@]/g, (character) => `\\${character}`)
    // Many viewers make links of bare addresses.
    .replaceAll(/(?<=\w):(?=\/\/)|(?<=\bwww)\./gi, (character) => `\\${character}`);

/** A fence that is longer than any run of backticks in a text. */
const fenceFor = (text: string) => '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));

const attributeOf = (tag: string, name: string) => decode(new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? '');

/** Parts that say nothing as text. */
const SILENT = /<(svg|form|nav|script|style|caption)\b[\s\S]*?<\/\1>/g;

interface Place {
  base: string;
  /** The command or log that is being read; undefined outside of one. */
  code: string | undefined;
  link: string | undefined;
}

function opening(tag: string, name: string, place: Place): string {
  switch (name) {
    case 'h1':
      return '\n\n# ';
    case 'h2':
      return '\n\n## ';
    case 'h3':
    case 'summary':
      return '\n\n### ';
    case 'dt':
      return '\n- **';
    case 'li':
      return '\n- ';
    case 'tr':
      return '\n|';
    case 'td':
    case 'th':
      return ' ';
    case 'b':
    case 'strong':
      return '**';
    case 'br':
      return '; ';
    case 'p':
    case 'article':
    case 'section':
    case 'header':
      return '\n\n';
    case 'a':
      place.link = attributeOf(tag, 'href');
      return '[';
    default:
      return '';
  }
}

function closing(name: string, place: Place): string {
  switch (name) {
    case 'dt':
      return ':** ';
    case 'td':
    case 'th':
      return ' |';
    case 'b':
    case 'strong':
      return '**';
    case 'a': {
      const { link = '' } = place;
      const address = new URL(link, place.base).href.replaceAll('(', '%28').replaceAll(')', '%29');
      return `](${address})`;
    }
    case 'span':
    case 'div':
    case 'time':
      return ' ';
    default:
      return '';
  }
}

/**
 * The main part of a page of ours as Markdown, for a ticket or a post-mortem: words, tables, commands and links without the pictures. Pure.
 *
 * @param page - a whole page, as the pages of this app are written.
 * @param base - the scheme and host of its links.
 */
export function toMarkdown(page: string, base: string): string {
  const [, main = ''] = /<main\b[^>]*>([\s\S]*)<\/main>/.exec(page) ?? [];
  const place: Place = { base, code: undefined, link: undefined };
  let text = '';
  for (const [token, slash, name] of main.replaceAll(SILENT, '').matchAll(/<(\/?)([a-z0-9]+)[^>]*>|[^<]+/g)) {
    if (name === 'pre') {
      if (slash === '') place.code = '';
      else {
        const fence = fenceFor(place.code ?? '');
        text += `\n\n${fence}\n${(place.code ?? '').trim()}\n${fence}\n`;
        place.code = undefined;
      }
    } else if (place.code !== undefined) {
      if (name === undefined) place.code += decode(token);
    } else if (name === undefined) text += shownAsIs(token.replaceAll(/\s+/g, ' '));
    else text += slash === '' ? opening(token, name, place) : closing(name, place);
    if (name === 'thead' && slash !== '') text += `\n|${' - |'.repeat((text.split('\n').at(-1)?.match(/ \|/g) ?? []).length)}`;
  }
  return `${text
    .replaceAll(/[ \t]+\n/g, '\n')
    .replaceAll(/ {2,}/g, ' ')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}
