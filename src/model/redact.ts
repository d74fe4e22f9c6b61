// A word with or without a capital, a short one with a capital, a run of capitals, or a number.
const PART = /[A-Z]?[a-z]{2,}|(?:In|Of|To|Is|By|On|Or|At|Id|Ip|No|Os)|[A-Z]{2,}|\d+/g;
const MEAN_LENGTH = 4;
/** Runs of one kind of character that are too long for a word; a key made of few different bytes may have them. */
const TOO_LONG = /[A-Z]{13}|[a-z]{41}|\d{11}/;

/** Whether a run of letters, digits and slashes consists of words, as resource IDs do. Hardly one in millions of random base64 texts does. */
function isOfWords(run: string): boolean {
  if (/[+=]|\/\//.test(run) || TOO_LONG.test(run)) return false;
  const parts = run.match(PART) ?? [];
  // A key made of few different bytes repeats itself; text does not.
  const varied = new Set(parts).size * 2 >= parts.length;
  return varied && parts.join('') === run.replaceAll('/', '') && parts.length * MEAN_LENGTH <= run.length;
}

const SECRETS: readonly [RegExp, string | ((found: string) => string)][] = [
  [/(?:-----)?BEGIN [A-Z0-9 ]+-----[\s\S]*?(-----END [^-]+-----|$)/g, '[pem removed]'],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}(\.[\w-]*)?/g, '[token removed]'],
  // Up to the last "@" of the authority: a password may hold one itself.
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/"'<>]+@/gi, '$1[removed]@'],
  [/\b(bearer|basic|sharedkey(?:lite)?|geniekey)\s+["']?[\w.~+/=:-]{8,}/gi, '$1 [removed]'],
  [/((?:set-)?cookie\\*["']?\s*[:=]\s*\\*["']?)[^\n"']+/gi, '$1[removed]'],
  // Forms that are known without a name before them: signing secrets of webhooks, keys of functions, secrets of registrations, tokens of GitHub.
  [/\bwhsec_[\w+/=-]{8,}|[\w-]{40,}AzFu[\w-]{4,}={0,2}|[\w.~-]{3}\dQ~[\w.~-]{30,}|\bgh[a-z]_\w{20,}/g, '[secret removed]'],
  // Whoever knows such an address may post there.
  [/(https:\/\/(?:hooks\.slack\.com|[\w.-]+\.webhook\.office\.com|outlook\.office\.com)\/)[^\s"'<>]+/gi, '$1[removed]'],
  [/(--(?:token|password|client-key)[= ]+["']?)[^\s"']+/gi, '$1[removed]'],
  // In JSON, YAML, connection strings and environment variables: any name that ends in one of these words.
  [
    /((?:key|token|password|passwd|pwd|secret|credential|-data)\\*["']?\s*[:=]\s*\\*)("[^"\n\\]{6,}|'[^'\n\\]{6,})/gi,
    (found) => found.replace(/["'][^"']*$/, (value) => `${value[0]}[removed]`),
  ],
  [/((?:key|token|password|passwd|pwd|secret|credential|-data)\\*["']?\s*[:=]\s*\\*["']?)[^\s"'&;,}]{6,}/gi, '$1[removed]'],
  [/([?&;](?:sig|c|s|h|code|token)=)[^&\s"]{8,}/gi, '$1[removed]'],
  // A line of a PEM has 64 characters; its head may have been cut away.
  [/[A-Za-z0-9+/]{60,}={0,2}/g, (run) => (isOfWords(run) ? run : '[base64 removed]')],
];

const ELLIPSIS_BYTES = 3;

/**
 * Makes text from a node or from Azure safe to store: without tokens, keys, certificates and control characters, at most `limit` bytes.
 *
 * @param limit - in bytes of UTF-8; 2,048 by default.
 */
export function redact(text: string, limit = 2048): string {
  let clean = text
    .slice(0, limit * 8)
    .replaceAll('\r\n', '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '\u{FFFD}');
  for (const [pattern, replacement] of SECRETS) clean = clean.replace(pattern, replacement as string);
  clean = clean.toWellFormed();
  if (Buffer.byteLength(clean) <= limit) return clean;
  const cut = Buffer.from(clean).subarray(0, limit - ELLIPSIS_BYTES);
  // A character that the cut went through is left out.
  return `${new TextDecoder().decode(cut, { stream: true })}…`;
}
