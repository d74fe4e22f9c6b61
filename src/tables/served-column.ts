import type { Served } from '../model/verdict.ts';
import { type Column, optionalOneOf, reason, text } from './columns.ts';

const answer = optionalOneOf('true', 'false');

/** What a verdict says of being served, in three properties: whether it is, why not, and in what words. */
export const servedColumn: Column<Served | undefined> = {
  read: (row, name) => {
    const said = answer.read(row, name);
    if (said === undefined) return undefined;
    return said === 'true'
      ? { ok: true }
      : { ok: false, reason: reason.read(row, `${name}Reason`), message: text.read(row, `${name}Message`) };
  },
  write: (value, name) => {
    const { reason: why, message } = value?.ok === false ? value : { reason: '', message: '' };
    return { [name]: value === undefined ? '' : String(value.ok), [`${name}Reason`]: why, [`${name}Message`]: message };
  },
};
