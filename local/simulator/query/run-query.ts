import type { Condition, Expression, Query, Stage } from './read-query.ts';

/** A row of a table. */
type Row = Record<string, unknown>;

/** The rows that the stages of a query leave of a table, in their order. */
export function runQuery({ stages }: Query, table: readonly Row[]): Row[] {
  return stages.reduce<Row[]>(runStage, [...table]);
}

function runStage(rows: Row[], stage: Stage): Row[] {
  switch (stage.stage) {
    case 'where':
      return rows.filter((row) => isFulfilled(stage.condition, row));
    case 'extend':
      // A column may use one that stands before it.
      return rows.map((row) => {
        const wider = { ...row };
        for (const { name, value } of stage.columns) wider[name] = read(value, wider);
        return wider;
      });
    case 'project':
      return rows.map((row) => Object.fromEntries(stage.columns.map(({ name, value }) => [name, read(value, row) ?? null])));
    case 'order': {
      const sign = stage.descending ? -1 : 1;
      const text = (row: Row) => textOf(read(stage.by, row));
      return rows.toSorted((one, other) => sign * (text(one) < text(other) ? -1 : text(one) > text(other) ? 1 : 0));
    }
    case 'limit':
      return rows.slice(0, stage.rows);
  }
}

function isFulfilled(condition: Condition, row: Row): boolean {
  if ('all' in condition) return condition.all.every((each) => isFulfilled(each, row));
  if ('any' in condition) return condition.any.some((each) => isFulfilled(each, row));
  return compare(condition.operator, read(condition.value, row), condition.with);
}

function compare(operator: string, value: unknown, [first = '', ...rest]: (string | number)[]): boolean {
  const exact = textOf(value);
  const text = exact.toLowerCase();
  const wanted = String(first).toLowerCase();
  switch (operator) {
    case '==':
      return exact === String(first);
    case '!=':
      return exact !== String(first);
    case '=~':
      return text === wanted;
    case '!~':
      return text !== wanted;
    case 'in':
      return [first, ...rest].some((each) => exact === String(each));
    case 'in~':
      return [first, ...rest].some((each) => text === String(each).toLowerCase());
    case 'startswith':
      return text.startsWith(wanted);
    case '!startswith':
      return !text.startsWith(wanted);
    case 'contains':
    case 'has':
      return text.includes(wanted);
    case '!contains':
    case '!has':
      return !text.includes(wanted);
    case 'between':
      return inOrder(value) >= inOrder(first) && inOrder(value) <= inOrder(rest[0]);
    case '<':
      return inOrder(value) < inOrder(first);
    case '<=':
      return inOrder(value) <= inOrder(first);
    case '>':
      return inOrder(value) > inOrder(first);
    default:
      return inOrder(value) >= inOrder(first);
  }
}

/** A time or a number, to be compared with another. */
function inOrder(value: unknown): number {
  return typeof value === 'number' ? value : Date.parse(String(value));
}

function read(expression: Expression, row: Row): unknown {
  if ('literal' in expression) return expression.literal;
  if ('path' in expression)
    return expression.path.reduce<unknown>((value, name) => (typeof value === 'object' ? (value as Row | null)?.[name] : undefined), row);
  const value = read(expression.of, row);
  return expression.call === 'tolower' ? textOf(value).toLowerCase() : expression.call === 'tostring' ? textOf(value) : value;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
