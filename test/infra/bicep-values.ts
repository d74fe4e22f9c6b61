import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';

const infra = new URL('../../infra/', import.meta.url);

/** The functions of Bicep that the values below are written with; one that is not here fails as not defined. */
const functions = {
  any: (value: unknown) => value,
  concat: (...lists: unknown[][]) => lists.flat(),
  contains: (where: string | unknown[], what: never) => where.includes(what),
  empty: (value: string | unknown[]) => value.length === 0,
  fail(message: string) {
    throw new Error(message);
  },
  first: (values: string | unknown[]) => values.at(0),
  filter: (values: unknown[], keep: (value: unknown) => boolean) => values.filter((value) => keep(value)),
  join: (values: unknown[], by: string) => values.join(by),
  length: (value: string | unknown[]) => value.length,
  map: (values: unknown[], change: (value: unknown) => unknown) => values.map((value) => change(value)),
  range: (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index),
  reduce: (values: unknown[], first: unknown, add: (sum: unknown, value: unknown) => unknown) =>
    values.reduce((sum, value) => add(sum, value), first),
  replace: (text: string, what: string, by: string) => text.replaceAll(what, by),
  startsWith: (text: string, what: string) => text.startsWith(what),
  split: (text: string, by: string) => text.split(by),
  string: String,
  substring: (text: string, from: number, count: number) => text.slice(from, from + count),
  toLower: (text: string) => text.toLowerCase(),
  trim: (text: string) => text.trim(),
  union: (...values: (unknown[] | object)[]) => (Array.isArray(values[0]) ? [...new Set(values.flat())] : Object.assign({}, ...values)),
};

/** Turns an expression of Bicep into one of JavaScript: texts in single quotes interpolate, and lines of a list or an object need no commas. */
function toScript(bicep: string): string {
  const open: string[] = [];
  let script = '';
  for (let at = 0; at < bicep.length; at++) {
    const char = bicep[at]!;
    if (open.at(-1) === "'") {
      if (char === '\\') script += char + bicep[++at]!;
      else if (bicep.startsWith('${', at)) {
        open.push('${');
        script += '${';
        at++;
      } else if (char === "'") {
        open.pop();
        // The name of a property, which no template can be.
        if (bicep[at + 1] === ':' && open.at(-1) === '{') script = script.replace(/`([^`]*)$/, "'$1'");
        else script += '`';
      } else script += char === '`' ? '\\`' : char;
    } else if (bicep.startsWith('//', at)) at = bicep.indexOf('\n', at) - 1;
    // That a value is there for sure.
    else if (bicep.startsWith('!.', at)) continue;
    else if (char === "'") {
      open.push(char);
      script += '`';
    } else if ('([{'.includes(char)) {
      open.push(char);
      script += char;
    } else if (')]}'.includes(char)) {
      open.pop();
      script += char;
    } else if (char === '\n' && '[{'.includes(open.at(-1) ?? '-') && !/^\s*[\]}?:]/.test(bicep.slice(at)) && !/[[{,]\s*$/.test(script))
      script += ',\n';
    else script += char;
  }
  return script;
}

/**
 * Values that a file of Bicep computes from what it is given, where the compiler is not at hand: parameters, their defaults and variables, each when it is asked for.
 *
 * @param given - what parameters are given, and the environment for `readEnvironmentVariable`.
 */
export function valuesOf(file: string, given: Record<string, unknown> = {}, environment: Record<string, string> = {}) {
  const statements = readFileSync(new URL(file, infra), 'utf8').split(/\n(?=[^\s\]})])/);
  const values: Record<string, unknown> = {
    ...functions,
    loadTextContent: (path: string) => readFileSync(new URL(path, new URL(file, infra)), 'utf8'),
    readEnvironmentVariable: (name: string, otherwise: string) => environment[name] ?? otherwise,
  };
  for (const statement of statements) {
    const [, name, expression] = /^(?:param|var) (\w+)[^=\n]*= ([\s\S]*)$/.exec(statement.trimEnd()) ?? [];
    if (name === undefined) continue;
    const get = () => (name in given ? given[name] : runInNewContext(`(${toScript(expression!)})`, values));
    Object.defineProperty(values, name, { get, enumerable: true, configurable: true });
  }
  for (const name of Object.keys(given).filter((each) => !Object.hasOwn(values, each))) values[name] = given[name];
  return values;
}
