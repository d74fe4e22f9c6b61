import { createRequire } from 'node:module';
import { logTables } from './log-tables.ts';

/** A node of a query's syntax: what kind it is, its parts by name, and its text. */
export interface Syntax {
  kind: string;
  text: string;
  parts: Record<string, Syntax>;
  /** Of a list. */
  items: Syntax[];
}

/** A query as Microsoft's own language service reads it. */
export interface Analyzed {
  /** Mistakes of grammar and binding: unknown tables, columns and functions, wrong types. */
  mistakes: string[];
  syntax: Syntax;
  /** Names and types of the columns of its answer. */
  columns: Record<string, string>;
}

interface Element {
  ChildCount: number;
  GetChild(index: number): Element | null;
  GetName(index: number): string | null;
  ToString(): string;
}
interface ListOf<T> {
  Count: number;
  getItem(index: number): T;
}
interface Code {
  Syntax: Element;
  ResultType: { Columns?: ListOf<{ Name: string; Type: { Name: string } }> } | null;
  GetDiagnostics(): ListOf<{ Severity: string; Code: string; Message: string; Start: number }>;
}
interface Language {
  KustoCode: { ParseAndAnalyze(text: string, globals: object): Code };
  GlobalState: { Default: { WithDatabase(database: object): object } };
  Symbols: {
    TableSymbol: { $ctor7: new (name: string, schema: string, description: null) => object };
    DatabaseSymbol: { $ctor1: new (name: string, members: object[], isOpen: boolean) => object };
  };
}

// The package is a program that puts itself beside the globals.
const require = createRequire(import.meta.url);
require('@kusto/language-service-next/bridge.min.js');
require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
const { Kusto, Bridge } = globalThis as unknown as {
  Kusto: { Language: Language };
  Bridge: { getTypeName(value: object): string };
};
const { KustoCode, GlobalState, Symbols } = Kusto.Language;

const tables = Object.entries(logTables).map(([name, columns]) => new Symbols.TableSymbol.$ctor7(name, columns, null));
const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.$ctor1('workspace', tables, false));

const listed = <T>(list: ListOf<T>): T[] => Array.from({ length: list.Count }, (_, index) => list.getItem(index));
const lower = (name: string) => name.slice(0, 1).toLowerCase() + name.slice(1);

function toSyntax(element: Element): Syntax {
  const type = Bridge.getTypeName(element).replace(/^Kusto\.Language\.Syntax\./, '');
  const children = Array.from({ length: element.ChildCount }, (_, index) => [element.GetName(index), element.GetChild(index)] as const);
  const found = children.filter((child): child is [string | null, Element] => child[1] !== null);
  // An element of a list comes with the comma that follows it.
  if (type.startsWith('SeparatedElement')) return toSyntax(found[0]![1]);
  const isList = type.startsWith('SyntaxList');
  return {
    kind: isList ? 'List' : type.replace(/\+.*$/, ''),
    text: element.ToString().trim(),
    parts: isList ? {} : Object.fromEntries(found.map(([name, child]) => [lower(name ?? ''), toSyntax(child)])),
    items: isList ? found.map(([, child]) => toSyntax(child)) : [],
  };
}

/** Parses and binds a query against the real columns of the workspace's tables. */
export function analyze(query: string): Analyzed {
  const code = KustoCode.ParseAndAnalyze(query, globals);
  const mistakes = listed(code.GetDiagnostics()).map(
    ({ Severity, Code: id, Message, Start }) => `${Severity} ${id} at line ${query.slice(0, Start).split('\n').length}: ${Message}`,
  );
  const columns = code.ResultType?.Columns === undefined ? [] : listed(code.ResultType.Columns);
  return { mistakes, syntax: toSyntax(code.Syntax), columns: Object.fromEntries(columns.map(({ Name, Type }) => [Name, Type.Name])) };
}
