import { eventSchemas } from '../../src/notify/event-schemas.ts';
import type { Syntax } from './kusto.ts';

const TABLES = ['AppEvents', 'AppAvailabilityResults'];
/** What availability results are of: clusters and incidents. */
const STATES = ['Availability', 'IncidentState'].filter((name) => Object.hasOwn(eventSchemas, name));

function* within(syntax: Syntax): Generator<Syntax> {
  yield syntax;
  for (const child of [...Object.values(syntax.parts), ...syntax.items]) yield* within(child);
}

/** The table that a pipe begins with, through variables; undefined where it is none of ours. */
function sourceOf(pipe: Syntax, variables: ReadonlyMap<string, Syntax>): { table: string; steps: Syntax[] } | undefined {
  const { kind, text, parts } = pipe;
  if (kind === 'NameReference' && TABLES.includes(text)) return { table: text, steps: [] };
  if (kind === 'NameReference' && variables.has(text)) return sourceOf(variables.get(text)!, variables);
  if (kind === 'ParenthesizedExpression') return sourceOf(parts.expression!, variables);
  if (kind === 'UnionOperator')
    return parts.expressions!.items.map((each) => sourceOf(each, variables)).find((source) => source !== undefined);
  if (kind !== 'PipeExpression') return undefined;
  const source = sourceOf(parts.expression!, variables);
  return source && { table: source.table, steps: [...source.steps, parts.operator!] };
}

const unquoted = (syntax: Syntax) => syntax.text.slice(1, -1);

/** Texts that the column `Name` is compared with: names of events. */
function eventNames(steps: readonly Syntax[]): string[] {
  return steps
    .flatMap((step) => [...within(step)])
    .flatMap(({ kind, parts }) => {
      if (parts.left?.text !== 'Name') return [];
      if (kind === 'BinaryExpression') return [unquoted(parts.right!)];
      return kind === 'InExpression' ? [...within(parts.right!)].filter((each) => each.kind === 'LiteralExpression').map(unquoted) : [];
    });
}

type Bag = 'properties' | 'measurements';

function fieldUses(steps: readonly Syntax[]): { bag: Bag; field: string }[] {
  const paths = steps.flatMap((step) => [...within(step)]).filter(({ kind }) => kind === 'PathExpression' || kind === 'ElementExpression');
  return paths.flatMap(({ parts }) => {
    const bag = parts.expression!.text;
    if (bag !== 'Properties' && bag !== 'Measurements') return [];
    return [{ bag: bag.toLowerCase() as Bag, field: parts.selector!.text.replace(/^\[['"](.*)['"]\]$/, '$1') }];
  });
}

/** What a query asks of our telemetry that its schemas do not have: events by name, and fields of just those events. */
export function foreignFields(query: Syntax): string[] {
  const variables = new Map<string, Syntax>();
  for (const { kind, parts } of within(query)) if (kind === 'LetStatement') variables.set(parts.name!.text, parts.expression!);
  const mistakes = new Set<string>();
  for (const pipe of [...within(query)].filter(({ kind }) => kind === 'PipeExpression')) {
    const source = sourceOf(pipe, variables);
    if (source === undefined) continue;
    const names = source.table === 'AppEvents' ? eventNames(source.steps) : STATES;
    const uses = fieldUses(source.steps);
    for (const name of names) if (!Object.hasOwn(eventSchemas, name)) mistakes.add(`no event is named ${name}`);
    if (names.length === 0 && uses.length > 0) mistakes.add(`the events that ${pipe.text.slice(0, 60)} reads have no name`);
    const schemas = names
      .filter((name) => Object.hasOwn(eventSchemas, name))
      .map((name) => eventSchemas[name as keyof typeof eventSchemas]);
    for (const { bag, field } of uses)
      if (schemas.length > 0 && !schemas.some((schema) => Object.hasOwn(schema[bag].shape, field)))
        mistakes.add(`${names.join(', ')} has no ${field} among its ${bag}`);
  }
  return [...mistakes];
}
