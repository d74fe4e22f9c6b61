const SECRETS: readonly [RegExp, string][] = [
  [/-----BEGIN [^-]+-----[\s\S]*?(-----END [^-]+-----|$)/g, '[pem removed]'],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}(\.[\w-]*)?/g, '[token removed]'],
  [/(https?:\/\/)[^\s/@]+@/gi, '$1[removed]@'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 [removed]'],
  [/\b((?:client-)?(?:key|token|password|secret|certificate)(?:-authority)?(?:-data)?\s*[:=]\s*)\S{8,}/gi, '$1[removed]'],
  [/([?&](?:sig|c|s|h|code|token)=)[^&\s"]{8,}/gi, '$1[removed]'],
  [/[A-Za-z0-9+/]{120,}={0,2}/g, '[base64 removed]'],
];

/**
 * Makes text from a node or from Azure fit to be kept: no token, key or certificate, no control character, at most `limit` characters.
 *
 * @param limit - 2,048 characters unless given.
 */
export function redact(text: string, limit = 2048): string {
  let clean = text
    .slice(0, limit * 8)
    .replaceAll('\r\n', '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '\u{FFFD}');
  for (const [pattern, replacement] of SECRETS) clean = clean.replace(pattern, replacement);
  return clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean;
}
