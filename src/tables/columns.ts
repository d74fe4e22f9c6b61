import type { z } from 'zod';
import { type ReasonCode, reasonCode } from '../model/reasons.ts';
import { fromLongJson, toLongJson } from './long-json.ts';
import { readJson } from './read-json.ts';

/** How one field of a value lies in a row. What cannot be read is read as if it were not there. */
export interface Column<T> {
  read(row: Readonly<Record<string, unknown>>, name: string): T;
  /** The properties that hold it; an empty text takes a value away, as a merge keeps what is not named. */
  write(value: T, name: string): Record<string, unknown>;
}

/** The columns of a value: the compiler asks for one for each field, and for none that the value does not have. */
export type Columns<V> = { readonly [K in keyof V]-?: Column<V[K]> };

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

/** A text that is never absent. */
export const text: Column<string> = {
  read: (row, name) => textOf(row[name]) ?? '',
  write: (value, name) => ({ [name]: value }),
};

export const optionalText: Column<string | undefined> = {
  read: (row, name) => textOf(row[name]),
  write: (value, name) => ({ [name]: value ?? '' }),
};

/** A text that is cut to fit: the rest of it is elsewhere. */
export const cutText = (length: number): Column<string> => ({ ...text, write: (value, name) => ({ [name]: value.slice(0, length) }) });

/** A number that counts something, 0 where it is not there. */
export const count: Column<number> = {
  read: (row, name) => {
    const value = row[name];
    return typeof value === 'number' && value >= 0 ? value : 0;
  },
  write: (value, name) => ({ [name]: value }),
};

/** A number from 0 on; -1 in the row where it is absent. */
export const optionalNumber: Column<number | undefined> = {
  read: (row, name) => {
    const value = row[name];
    return typeof value === 'number' && value >= 0 ? value : undefined;
  },
  write: (value, name) => ({ [name]: value ?? -1 }),
};

export const flag: Column<boolean> = { read: (row, name) => row[name] === true, write: (value, name) => ({ [name]: value }) };

/** One of some words, the first of them where it is none. */
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
export const json = <S extends z.ZodType>(schema: S, fallback: z.output<S>): Column<z.output<S>> => ({
  // Where a property is selected that a row does not have, Azure answers null (Azurite#2535).
  read: (row, name) => readJson(schema, row[name] ?? '', fallback),
  write: (value, name) => ({ [name]: JSON.stringify(value) }),
});

/**
 * An optional value as JSON.
 *
 * @param toStored - what is written, where that is not the value itself; the schema reads it back.
 */
export const optionalJson = <S extends z.ZodType>(
  schema: S,
  toStored: (value: z.output<S>) => unknown = (value) => value,
): Column<z.output<S> | undefined> => ({
  read: (row, name) => readJson(schema, row[name] ?? '', undefined),
  write: (value, name) => ({ [name]: value === undefined ? '' : JSON.stringify(toStored(value)) }),
});

/** A value as JSON over as many properties as it needs, see `toLongJson`. */
export const longJson = <S extends z.ZodType>(schema: S, fallback: z.output<S>): Column<z.output<S>> => ({
  read: (row, name) => fromLongJson(schema, name, row, fallback),
  write: (value, name) => toLongJson(name, value),
});

/** An optional value as JSON over as many properties as it needs. */
export const optionalLongJson = <S extends z.ZodType>(schema: S): Column<z.output<S> | undefined> => ({
  read: (row, name) => fromLongJson(schema, name, row, undefined),
  write: (value, name) => (value === undefined ? {} : toLongJson(name, value)),
});

/** Reads a value out of a row. */
export function readColumns<V>(columns: Columns<V>, row: Readonly<Record<string, unknown>>): V {
  const names = Object.keys(columns) as (keyof V & string)[];
  return Object.fromEntries(names.map((name) => [name, columns[name].read(row, name)])) as V;
}

/** The properties that hold a value. */
export function writeColumns<V>(columns: Columns<V>, value: V): Record<string, unknown> {
  const names = Object.keys(columns) as (keyof V & string)[];
  return Object.assign({}, ...names.map((name) => columns[name].write(value[name], name)));
}

/** The names of all columns of a value, to select them by. */
export const namesOf = <V>(columns: Columns<V>): (keyof V & string)[] => Object.keys(columns) as (keyof V & string)[];
