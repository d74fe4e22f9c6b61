/** The parameters of a path that matches, undefined for one that does not. */
export type MatchRoute = (path: string) => Record<string, string> | undefined;

interface Segment {
  kind: 'literal' | 'param' | 'rest';
  text: string;
  optional: boolean;
}

/**
 * Compiles a route of an HTTP trigger: literals (in any case), `{param}`, `{param?}` and a last `{*rest}`.
 * @throws When the template uses what this host does not support, such as constraints.
 */
export function compileRoute(template: string): MatchRoute {
  const segments = split(template).map((text) => parseSegment(text, template));
  return (path) => {
    const parts = split(path).map(decodeSegment);
    const params: Record<string, string> = {};
    for (const [index, { kind, text, optional }] of segments.entries()) {
      const part = parts[index];
      if (kind === 'rest') {
        if (part !== undefined) params[text] = parts.slice(index).join('/');
        return params;
      }
      if (part === undefined) {
        if (!optional) return undefined;
      } else if (kind === 'param') {
        params[text] = part;
      } else if (part.toLowerCase() !== text.toLowerCase()) {
        return undefined;
      }
    }
    return parts.length > segments.length ? undefined : params;
  };
}

function split(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

function parseSegment(text: string, template: string): Segment {
  if (!/[{}]/.test(text)) return { kind: 'literal', text, optional: false };
  const param = /^\{(\*{0,2})(\w+)(\?)?\}$/.exec(text);
  if (!param)
    throw new Error(`Expected {param}, {param?} or {*rest} in the route "${template}", got "${text}": this host knows no other form.`);
  return { kind: param[1] ? 'rest' : 'param', text: param[2]!, optional: param[3] === '?' };
}

/**
 * A path as the front end of App Service passes it on: slashes are unescaped before any route is matched.
 * To reach a function, a slash must be escaped twice.
 * @see https://github.com/Azure/azure-functions-host/pull/9402
 */
export function passFrontEnd(path: string): string {
  return path.replace(/%(?:2f|5c)/gi, '/');
}

/** As Kestrel does it: an escaped slash stays escaped, and so does anything that is not UTF-8. */
function decodeSegment(text: string): string {
  return text.replace(/(?:%(?!2f)[0-9a-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped);
    } catch {
      return escaped;
    }
  });
}
