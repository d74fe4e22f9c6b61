/** A value that a row gives: a column or a path below one, a literal, or a function of another value. */
export type Expression = { path: string[] } | { literal: string | number } | { call: string; of: Expression };

/** What a row must fulfil. */
export type Condition = { all: Condition[] } | { any: Condition[] } | { operator: string; value: Expression; with: (string | number)[] };

/** One stage of a query, after its table. */
export type Stage =
  | { stage: 'where'; condition: Condition }
  | { stage: 'extend' | 'project'; columns: { name: string; value: Expression }[] }
  | { stage: 'order'; by: Expression; descending: boolean }
  | { stage: 'limit'; rows: number };

/** The part of the Kusto Query Language that the simulator understands. */
export type Query = { table: string; stages: Stage[] };

const token =
  /\s*(?:datetime\(([^)]*)\)|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\.\.|=~|!~|==|!=|<=|>=|in~|!(?:startswith|contains|has)|[|,()=<>.])|([A-Za-z_$][\w$]*)|(\d+))/y;
const comparisons = ['=~', '!~', '==', '!=', '<', '>', '<=', '>=', 'contains', '!contains', 'has', '!has', 'startswith', '!startswith'];

type Token = { kind: 'literal'; value: string } | { kind: 'sign' | 'word' | 'number'; value: string };

/**
 * Reads a query.
 *
 * @throws a `SyntaxError` at the first word that the simulator does not understand.
 */
export function readQuery(text: string): Query {
  const words = split(text);
  let at = 0;
  const fail = (): never => {
    throw new SyntaxError(`The query is not understood at "${words[at]?.value ?? 'its end'}".`);
  };
  const peek = (...values: string[]) => words[at]?.kind !== 'literal' && values.includes(words[at]?.value ?? '');
  const take = (...values: string[]): string => (peek(...values) ? words[at++]!.value : fail());
  const takeIf = (value: string) => (peek(value) ? words[at++] : undefined) !== undefined;
  const takeKind = (kind: Token['kind']): string => (words[at]?.kind === kind ? words[at++]!.value : fail());
  const listOf = <Item>(item: () => Item): Item[] => {
    const items = [item()];
    while (takeIf(',')) items.push(item());
    return items;
  };

  const literal = (): string | number => (words[at]?.kind === 'number' ? Number(takeKind('number')) : takeKind('literal'));
  const expression = (): Expression => {
    if (words[at]?.kind !== 'word') return { literal: literal() };
    const path = [takeKind('word')];
    if (takeIf('(')) {
      if (!['tolower', 'tostring', 'todatetime'].includes(path[0]!)) fail();
      const of = expression();
      take(')');
      return { call: path[0]!, of };
    }
    while (takeIf('.')) path.push(takeKind('word'));
    return { path };
  };
  const comparison = (): Condition => {
    if (takeIf('(')) {
      const inner = either();
      take(')');
      return inner;
    }
    const value = expression();
    const operator = take(...comparisons, 'in', 'in~', 'between');
    if (comparisons.includes(operator)) return { operator, value, with: [literal()] };
    take('(');
    const first = literal();
    const rest = operator === 'between' ? [take('..') && literal()] : takeIf(',') ? listOf(literal) : [];
    take(')');
    return { operator, value, with: [first, ...rest] };
  };
  const both = (): Condition => {
    const all = [comparison()];
    while (takeIf('and')) all.push(comparison());
    return { all };
  };
  const either = (): Condition => {
    const any = [both()];
    while (takeIf('or')) any.push(both());
    return { any };
  };
  const column = () => {
    const value = expression();
    if (!('path' in value)) return fail();
    return takeIf('=') ? { name: value.path[0]!, value: expression() } : { name: value.path.join('_'), value };
  };
  const stage = (): Stage => {
    const name = take('where', 'extend', 'project', 'order', 'sort', 'limit', 'take');
    if (name === 'where') return { stage: 'where', condition: either() };
    if (name === 'extend' || name === 'project') return { stage: name, columns: listOf(column) };
    if (name === 'limit' || name === 'take') return { stage: 'limit', rows: Number(takeKind('number')) };
    take('by');
    const by = expression();
    return { stage: 'order', by, descending: peek('asc', 'desc') ? take('asc', 'desc') === 'desc' : true };
  };

  const query: Query = { table: takeKind('word').toLowerCase(), stages: [] };
  while (takeIf('|')) query.stages.push(stage());
  return at < words.length ? fail() : query;
}

function split(text: string): Token[] {
  const words: Token[] = [];
  const trimmed = text.trimEnd();
  token.lastIndex = 0;
  while (token.lastIndex < trimmed.length) {
    const from = token.lastIndex;
    const found = token.exec(trimmed);
    if (found === null) throw new SyntaxError(`The query is not understood at "${trimmed.slice(from, from + 20)}".`);
    const [, time, single, double, sign, word, number] = found;
    const quoted = single ?? double;
    if (time !== undefined || quoted !== undefined) words.push({ kind: 'literal', value: time?.trim() ?? quoted!.replace(/\\(.)/g, '$1') });
    else if (sign !== undefined) words.push({ kind: 'sign', value: sign });
    else if (word !== undefined) words.push({ kind: 'word', value: word });
    else words.push({ kind: 'number', value: number! });
  }
  return words;
}
