import { evaluate, nameOf, type Row, type Scope, unknown, type Value } from './kql-expressions.ts';
import type { Syntax } from './kusto.ts';

type Operator = (syntax: Syntax, rows: readonly Row[], scope: Scope, query: (syntax: Syntax) => readonly Row[]) => Row[];

/** Name and expression of what is projected, extended or grouped by: `name = expression`, or a column by its own name. */
function named(syntax: Syntax): { name: string; expression: Syntax } {
  if (syntax.kind === 'SimpleNamedExpression') return { name: nameOf(syntax.parts.name!), expression: syntax.parts.expression! };
  if (syntax.kind === 'NameReference') return { name: nameOf(syntax), expression: syntax };
  return unknown(syntax);
}

const parameter = (syntax: Syntax, name: string) =>
  syntax.parts.parameters?.items.find(({ parts }) => nameOf(parts.name!) === name)?.parts.expression?.text;

const columnsOf = (syntax: Syntax, rows: readonly Row[], scope: Scope, keep: boolean): Row[] => {
  const columns = syntax.parts.expressions!.items.map(named);
  return rows.map((row) => ({
    ...(keep ? row : {}),
    ...Object.fromEntries(columns.map(({ name, expression }) => [name, evaluate(expression, row, scope)])),
  }));
};

/** For each row in its order, the number of its value among those before it: 1 for the first, and one more for each value that differs from the last. */
function denseRanks(values: readonly Value[]): number[] {
  let rank = 0;
  return values.map((value, at) => (at > 0 && value === values[at - 1] ? rank : ++rank));
}

const extreme = (values: readonly Value[], better: (a: string, b: string) => boolean): Value =>
  values.reduce((best, value) => (value !== null && (best === null || better(value as string, best as string)) ? value : best), null);
const greatest = (values: readonly Value[]) => extreme(values, (a, b) => a > b);
const least = (values: readonly Value[]) => extreme(values, (a, b) => a < b);

/** The columns that one aggregate of a summary gives. */
function aggregate(syntax: Syntax, rows: readonly Row[], scope: Scope): Row {
  const isNamed = syntax.kind === 'SimpleNamedExpression';
  const call = isNamed ? syntax.parts.expression! : syntax;
  if (call.kind !== 'FunctionCallExpression') return unknown(call);
  const args = call.parts.argumentList!.parts.expressions!.items;
  const values = () => rows.map((row) => evaluate(args[0]!, row, scope));
  const kind = nameOf(call.parts.name!);
  const name = isNamed ? nameOf(syntax.parts.name!) : `${kind}_${args[0]?.text ?? ''}`;
  if (kind === 'count') return { [name]: rows.length };
  if (kind === 'max') return { [name]: greatest(values()) };
  if (kind === 'min') return { [name]: least(values()) };
  if (kind === 'dcount') return { [name]: new Set(values().filter((value) => value !== null)).size };
  if ((kind === 'arg_max' || kind === 'arg_min') && !isNamed) {
    const best = (kind === 'arg_max' ? greatest : least)(values());
    const row = rows.find((each) => evaluate(args[0]!, each, scope) === best) ?? {};
    return args[1]?.text === '*' ? row : Object.fromEntries(args.map(named).map((column) => [column.name, row[column.name] ?? null]));
  }
  return unknown(call);
}

const operators: Record<string, Operator> = {
  FilterOperator: ({ parts }, rows, scope) => rows.filter((row) => evaluate(parts.condition!, row, scope) === true),
  ExtendOperator(syntax, rows, scope) {
    const [only, ...others] = syntax.parts.expressions!.items.map(named);
    if (others.length > 0 || only!.expression.parts.name?.text !== 'row_rank_dense') return columnsOf(syntax, rows, scope, true);
    // It goes by the order of the rows, which only sorting gives them.
    const [of] = only!.expression.parts.argumentList!.parts.expressions!.items;
    const ranks = denseRanks(rows.map((row) => evaluate(of!, row, scope)));
    return rows.map((row, at) => ({ ...row, [only!.name]: ranks[at]! }));
  },
  SortOperator(syntax, rows, scope) {
    const [only, ...others] = syntax.parts.expressions!.items;
    if (others.length > 0 || only!.parts.ordering?.text !== 'desc') return unknown(syntax);
    const keyed = rows.map((row) => ({ row, by: evaluate(only!.parts.expression!, row, scope) as string }));
    return keyed.sort((a, b) => (a.by === b.by ? 0 : a.by < b.by ? 1 : -1)).map(({ row }) => row);
  },
  ProjectOperator: (syntax, rows, scope) => columnsOf(syntax, rows, scope, false),
  SummarizeOperator({ parts }, rows, scope) {
    const by = (parts.byClause?.parts.expressions?.items ?? []).map(named);
    const keyOf = (row: Row) => Object.fromEntries(by.map(({ name, expression }) => [name, evaluate(expression, row, scope)]));
    const groups = Map.groupBy(rows, (row) => JSON.stringify(keyOf(row)));
    // Without groups there is one row, even of nothing.
    if (by.length === 0) groups.set('{}', [...rows]);
    return [...groups].map(([key, group]) =>
      Object.assign({}, ...parts.aggregates!.items.map((each) => aggregate(each, group, scope)), JSON.parse(key)),
    );
  },
  DistinctOperator(syntax, rows, scope) {
    const answer = columnsOf(syntax, rows, scope, false);
    return [...new Map(answer.map((row) => [JSON.stringify(row), row])).values()];
  },
  TopOperator(syntax, rows, scope) {
    const { expression, byExpression } = syntax.parts;
    if (byExpression?.parts.ordering?.text !== 'desc') return unknown(syntax);
    const by = byExpression.parts.expression!;
    const left = [...rows];
    const top: Row[] = [];
    for (let count = Number(evaluate(expression!, {}, scope)); count > 0 && left.length > 0; count--) {
      const best = greatest(left.map((row) => evaluate(by, row, scope)));
      top.push(
        ...left.splice(
          left.findIndex((row) => evaluate(by, row, scope) === best),
          1,
        ),
      );
    }
    return top;
  },
  LookupOperator(syntax, rows, _scope, query) {
    const on = syntax.parts.lookupClause!.parts.expressions!.items.map(nameOf);
    if (parameter(syntax, 'kind') !== 'leftouter') return unknown(syntax);
    const right = query(syntax.parts.expression!);
    const added = Object.keys(right[0] ?? {}).filter((name) => !on.includes(name));
    return rows.flatMap((row): Row[] => {
      const found = right.filter((each) => on.every((name) => each[name] === row[name]));
      return found.length > 0
        ? found.map((each) => ({ ...each, ...row }))
        : [{ ...Object.fromEntries(added.map((name) => [name, null])), ...row }];
    });
  },
  JoinOperator(syntax, rows, _scope, query) {
    const on = syntax.parts.conditionClause!.parts.expressions!.items.map(nameOf);
    if (parameter(syntax, 'kind') !== 'leftanti') return unknown(syntax);
    const right = query(syntax.parts.expression!);
    return rows.filter((row) => !right.some((each) => on.every((name) => each[name] === row[name])));
  },
  MvExpandOperator(syntax, rows, scope) {
    const [only, ...others] = syntax.parts.expressions!.items;
    if (others.length > 0) return unknown(syntax);
    const { name, expression } = named(only!.parts.expression!);
    return rows.flatMap((row) => (evaluate(expression, row, scope) as readonly Value[]).map((value) => ({ ...row, [name]: value })));
  },
};

function dataTable(syntax: Syntax, scope: Scope): Row[] {
  const names = syntax.parts.schema!.parts.columns!.items.map(({ parts }) => nameOf(parts.name!));
  const values = syntax.parts.values!.items.map((each) => evaluate(each, {}, scope));
  return Array.from({ length: values.length / names.length }, (_, row) =>
    Object.fromEntries(names.map((name, column) => [name, values[row * names.length + column]!])),
  );
}

function rowsOf(syntax: Syntax, scope: Scope): readonly Row[] {
  const { kind, parts } = syntax;
  const query = (inner: Syntax) => rowsOf(inner, scope);
  if (kind === 'ParenthesizedExpression') return query(parts.expression!);
  if (kind === 'NameReference') return scope.tables.get(nameOf(syntax)) ?? unknown(syntax);
  if (kind === 'DataTableExpression') return dataTable(syntax, scope);
  if (kind === 'UnionOperator') return parts.expressions!.items.flatMap(query);
  if (kind !== 'PipeExpression') return unknown(syntax);
  const operator = operators[parts.operator!.kind] ?? unknown(parts.operator!);
  return operator(parts.operator!, query(parts.expression!), scope, query);
}

/**
 * Runs a query over rows: the operators that alerts are written with, and no others.
 *
 * It does not know of limits, time zones, sampling or types beyond what it needs, and `dcount` is exact here.
 *
 * @throws Error where the query has anything else.
 */
export function runQuery(syntax: Syntax, tables: ReadonlyMap<string, readonly Row[]>): readonly Row[] {
  const scope = { tables: new Map(tables), scalars: new Map<string, Value>() };
  let answer: readonly Row[] = [];
  for (const { kind, parts } of syntax.parts.statements!.items.filter((each) => each.kind !== 'SyntaxToken')) {
    if (kind === 'ExpressionStatement') answer = rowsOf(parts.expression!, scope);
    else if (kind !== 'LetStatement') unknown(parts.expression!);
    else if (parts.expression!.kind === 'LiteralExpression') scope.scalars.set(nameOf(parts.name!), evaluate(parts.expression!, {}, scope));
    else if (parts.expression!.kind === 'ToScalarExpression')
      scope.scalars.set(nameOf(parts.name!), Object.values(rowsOf(parts.expression!.parts.expression!, scope)[0] ?? {})[0] ?? null);
    else scope.tables.set(nameOf(parts.name!), rowsOf(parts.expression!, scope));
  }
  return answer;
}
