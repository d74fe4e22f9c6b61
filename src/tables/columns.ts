import { type ReasonCode, reasonCode } from '../model/reasons.ts';
import type * as z from '../zod.ts';
import { fromLongJson, toLongJson } from './long-json.ts';
import { readJson } from './read-json.ts';

/** How one field of a value is stored in a row. A property that cannot be read counts as absent. */
export interface Column<T> {
  // Properties rather than methods: the compiler then also refuses a column that can hold less than the field.
  readonly read: (row: Readonly<Record<string, unknown>>, name: string) => T;
  /** The properties that hold it. An absent value is written as an empty text, since a merge keeps properties that are not named. */
  readonly write: (value: T, name: string) => Record<string, unknown>;
}

/** The columns of a value: the compiler requires exactly one for each field. */
export type Columns<V> = { readonly [K in keyof V]-?: Column<V[K]> };

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

/** A required text; '' if it is absent. */
export const text: Column<string> = {
  read: (row, name) => textOf(row[name]) ?? '',
  write: (value, name) => ({ [name]: value }),
};

export const optionalText: Column<string | undefined> = {
  read: (row, name) => textOf(row[name]),
  write: (value, name) => ({ [name]: value ?? '' }),
};

/** As this program writes times: they are compared as texts, and the API promises their form. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
const timeOf = (value: unknown) => (typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined);

/** An optional time; absent if it is none, whoever wrote it. */
export const optionalTime: Column<string | undefined> = { ...optionalText, read: (row, name) => timeOf(row[name]) };

/** A time; '' if it is absent or none. */
export const time: Column<string> = { ...text, read: (row, name) => timeOf(row[name]) ?? '' };

/** A text that is cut to a length in characters; the whole text is stored elsewhere. */
export const cutText = (length: number): Column<string> => ({ ...text, write: (value, name) => ({ [name]: value.slice(0, length) }) });

/** A count; 0 if it is absent. */
export const count: Column<number> = {
  read: (row, name) => {
    const value = row[name];
    return typeof value === 'number' && value >= 0 ? value : 0;
  },
  write: (value, name) => ({ [name]: value }),
};

/** An optional number of 0 or more; stored as -1 if it is absent. */
export const optionalNumber: Column<number | undefined> = {
  read: (row, name) => {
    const value = row[name];
    return typeof value === 'number' && value >= 0 ? value : undefined;
  },
  write: (value, name) => ({ [name]: value ?? -1 }),
};

export const flag: Column<boolean> = { read: (row, name) => row[name] === true, write: (value, name) => ({ [name]: value }) };

/** One of some words; the first of them if the row has another. */
export const oneOf = <const W extends string>(...words: readonly [W, ...W[]]): Column<W> => ({
  read: (row, name) => words.find((word) => word === row[name]) ?? words[0],
  write: (value, name) => ({ [name]: value }),
});

export const optionalOneOf = <const W extends string>(...words: readonly W[]): Column<W | undefined> => ({
  read: (row, name) => words.find((word) => word === row[name]),
  write: (value, name) => ({ [name]: value ?? '' }),
});

/** A code of the catalogue of reasons. */
export const reason: Column<ReasonCode> = {
  read: (row, name) => reasonCode.parse(row[name]),
  write: (value, name) => ({ [name]: value }),
};

export const optionalReason: Column<ReasonCode | undefined> = {
  read: (row, name) => (textOf(row[name]) === undefined ? undefined : reasonCode.parse(row[name])),
  write: (value, name) => ({ [name]: value ?? '' }),
};

/** A value as JSON. */
export const json = <S extends z.ZodMiniType>(schema: S, fallback: z.output<S>): Column<z.output<S>> => ({
  // For a selected property that a row does not have, Azure returns null (Azurite#2535).
  read: (row, name) => readJson(schema, row[name] ?? '', fallback),
  write: (value, name) => ({ [name]: JSON.stringify(value) }),
});

/**
 * An optional value as JSON.
 *
 * @param toStored - converts the value before it is written, in a form that the schema reads back.
 */
export const optionalJson = <S extends z.ZodMiniType>(
  schema: S,
  toStored: (value: z.output<S>) => unknown = (value) => value,
): Column<z.output<S> | undefined> => ({
  read: (row, name) => readJson(schema, row[name] ?? '', undefined),
  write: (value, name) => ({ [name]: value === undefined ? '' : JSON.stringify(toStored(value)) }),
});

/** A value as JSON in as many properties as it needs, see `toLongJson`. */
export const longJson = <S extends z.ZodMiniType>(schema: S, fallback: z.output<S>): Column<z.output<S>> => ({
  read: (row, name) => fromLongJson(schema, name, row, fallback),
  write: (value, name) => toLongJson(name, value),
});

/** An optional value as JSON over as many properties as it needs. */
export const optionalLongJson = <S extends z.ZodMiniType>(schema: S): Column<z.output<S> | undefined> => ({
  read: (row, name) => fromLongJson(schema, name, row, undefined),
  write: (value, name) => (value === undefined ? {} : toLongJson(name, value)),
});

/** Reads a value from a row. */
export function readColumns<V>(columns: Columns<V>, row: Readonly<Record<string, unknown>>): V {
  const names = Object.keys(columns) as (keyof V & string)[];
  return Object.fromEntries(names.map((name) => [name, columns[name].read(row, name)])) as V;
}

/** The properties that hold a value. */
export function writeColumns<V>(columns: Columns<V>, value: V): Record<string, unknown> {
  const names = Object.keys(columns) as (keyof V & string)[];
  return Object.assign({}, ...names.map((name) => columns[name].write(value[name], name)));
}

/** The properties that hold some fields of a value; an undefined one is cleared. */
export function writeSome<V>(columns: Columns<V>, some: Partial<V>): Record<string, unknown> {
  const names = Object.keys(some) as (keyof V & string)[];
  return Object.assign({}, ...names.map((name) => columns[name].write(some[name] as V[keyof V & string], name)));
}

/** The names of all columns of a value, to select them. */
export const namesOf = <C extends object>(columns: C): (keyof C & string)[] => Object.keys(columns) as (keyof C & string)[];

/** A time as it was written, or another one where it is none. */
export const timeOr = (value: string, fallback: string): string => timeOf(value) ?? fallback;
