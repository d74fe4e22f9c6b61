import type { Syntax } from './kusto.ts';

/** A value of KQL. Times are ISO texts of one form, so that they compare as texts; null is no value. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };
export type Row = Readonly<Record<string, Value>>;

/** What names stand for besides the columns of a row. */
export interface Scope {
  tables: ReadonlyMap<string, readonly Row[]>;
  scalars: ReadonlyMap<string, Value>;
}

/** Fails for what this harness does not know: better no verdict than a wrong one. */
export function unknown(syntax: Syntax): never {
  throw new Error(`this harness does not evaluate ${syntax.kind} "${syntax.text.slice(0, 120)}": teach it, or write the query without it`);
}

/** The name that a reference, a declaration or a token stands for. */
export const nameOf = (syntax: Syntax): string => syntax.text;

const isEmpty = (value: Value | undefined) => value === null || value === undefined || value === '';
const asText = (value: Value): string => (value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value));
function asNumber(value: Value): number | null {
  const number = typeof value === 'boolean' ? Number(value) : isEmpty(value) ? Number.NaN : Number(value);
  return Number.isNaN(number) ? null : number;
}

const functions: Record<string, (...values: Value[]) => Value> = {
  tostring: (value) => asText(value!),
  tolong: (value) => {
    const number = asNumber(value!);
    return number === null ? null : Math.trunc(number);
  },
  todouble: (value) => asNumber(value!),
  isempty: (value) => isEmpty(value),
  isnotempty: (value) => !isEmpty(value),
  not: (value) => (value === null ? null : value !== true),
  todatetime: (value) => {
    const time = Date.parse(asText(value!));
    return Number.isNaN(time) ? null : new Date(time).toISOString();
  },
  coalesce: (...values) => values.find((value) => !isEmpty(value)) ?? null,
  iff: (condition, yes, no) => (condition === true ? yes! : no!),
  strcat: (...values) => values.map(asText).join(''),
  tolower: (text) => asText(text!).toLowerCase(),
  substring: (text, from, count) => asText(text!).slice(Number(from), Number(from) + Number(count)),
  column_ifexists: (value) => value!,
  split: (text, by) => asText(text!).split(asText(by!)),
  parse_json: (text) => {
    try {
      return JSON.parse(asText(text!));
    } catch {
      return text!;
    }
  },
  bag_pack: (...pairs) =>
    Object.fromEntries(pairs.flatMap((key, index) => (index % 2 === 0 ? [[asText(key), pairs[index + 1] ?? null]] : []))),
};

const ordered = (compare: (a: number | string, b: number | string) => boolean) => (a: Value, b: Value) => {
  // A comparison with nothing says nothing.
  if (a === null || b === null) return null;
  const comparable = (typeof a === 'string' && typeof b === 'string') || (typeof a === 'number' && typeof b === 'number');
  if (!comparable) throw new Error(`expected two texts or two numbers to compare, got ${JSON.stringify(a)} and ${JSON.stringify(b)}`);
  return compare(a as never, b as never);
};

const reckoned = (reckon: (x: number, y: number) => number) => (a: Value, b: Value) => {
  const [x, y] = [asNumber(a), asNumber(b)];
  return x === null || y === null ? null : reckon(x, y);
};

const operators: Record<string, (a: Value, b: Value) => Value> = {
  '==': ordered((a, b) => a === b),
  '!=': ordered((a, b) => a !== b),
  '>': ordered((a, b) => a > b),
  '>=': ordered((a, b) => a >= b),
  '<': ordered((a, b) => a < b),
  '<=': ordered((a, b) => a <= b),
  and: (a, b) => a === true && b === true,
  or: (a, b) => a === true || b === true,
  startswith: (a, b) => asText(a).toLowerCase().startsWith(asText(b).toLowerCase()),
  '!startswith': (a, b) => !asText(a).toLowerCase().startsWith(asText(b).toLowerCase()),
  endswith: (a, b) => asText(a).toLowerCase().endsWith(asText(b).toLowerCase()),
  '=~': (a, b) => asText(a).toLowerCase() === asText(b).toLowerCase(),
  contains: (a, b) => asText(a).toLowerCase().includes(asText(b).toLowerCase()),
  '*': reckoned((x, y) => x * y),
  // Of times, only a time and a number of hours.
  '+': (a, b) => (a === null || b === null ? null : new Date(Date.parse(asText(a)) + Number(b)).toISOString()),
  '-': reckoned((x, y) => x - y),
};

function literal(syntax: Syntax): Value {
  const { text } = syntax;
  const quoted = /^'([^'\\]*)'$/.exec(text) ?? /^"([^"\\]*)"$/.exec(text);
  if (quoted) return quoted[1]!;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  const hours = /^(\d+)h$/.exec(text);
  if (hours) return Number(hours[1]) * 3_600_000;
  if (text === 'true' || text === 'false') return text === 'true';
  return unknown(syntax);
}

/** What is under a key of a bag; nothing where there is no such bag. */
const memberOf = (bag: Value, key: string): Value =>
  bag !== null && typeof bag === 'object' && Object.hasOwn(bag, key) ? ((bag as Record<string, Value>)[key] ?? null) : null;

const listOf = ({ kind, parts }: Syntax): readonly Syntax[] => (kind === 'ExpressionList' ? parts.expressions!.items : []);

/** The value of an expression for one row. */
export function evaluate(syntax: Syntax, row: Row, scope: Scope): Value {
  const { kind, parts, text } = syntax;
  if (kind === 'LiteralExpression') return literal(syntax);
  if (kind === 'ParenthesizedExpression') return evaluate(parts.expression!, row, scope);
  if (kind === 'NameReference') {
    if (Object.hasOwn(row, text)) return row[text]!;
    const scalar = scope.scalars.get(text);
    return scalar === undefined ? unknown(syntax) : scalar;
  }
  if (kind === 'PathExpression') {
    const bag = evaluate(parts.expression!, row, scope);
    return memberOf(bag, nameOf(parts.selector!));
  }
  if (kind === 'ElementExpression') {
    const list = evaluate(parts.expression!, row, scope);
    const [, index, key] = /^\[(?:(\d+)|'([^']*)')\]$/.exec(parts.selector!.text) ?? unknown(syntax);
    if (key !== undefined) return memberOf(list, key);
    return Array.isArray(list) ? (list[Number(index)] ?? null) : null;
  }
  if (kind === 'BinaryExpression') {
    const operator = operators[parts.operator!.text];
    return operator ? operator(evaluate(parts.left!, row, scope), evaluate(parts.right!, row, scope)) : unknown(syntax);
  }
  if (kind === 'InExpression') {
    const [value, ...among] = [parts.left!, ...listOf(parts.right!)].map((each) => evaluate(each, row, scope));
    const same = operators[parts.operator!.text === 'in~' ? '=~' : '==']!;
    return parts.operator!.text.startsWith('!') ? unknown(syntax) : among.some((each) => same(value!, each) === true);
  }
  if (kind === 'FunctionCallExpression') {
    const name = nameOf(parts.name!);
    const args = parts.argumentList!.parts.expressions!.items.map((each) => evaluate(each, row, scope));
    return Object.hasOwn(functions, name) ? functions[name]!(...args) : unknown(syntax);
  }
  return unknown(syntax);
}
