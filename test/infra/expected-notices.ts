import { readFileSync } from 'node:fs';
import type { Told } from './incidents.ts';

/** One row of the table of what people should be told. */
export interface Expected {
  incident: string;
  to: string;
  rule: string;
  /** When, in minutes since it happened: the first and the last that are well. */
  from: number;
  until: number;
  /** The subject of the mail, in which `*` stands for any text. */
  words: string;
}

/** Reads the table in `expected-notices.md`. */
export function readExpected(): Expected[] {
  const text = readFileSync(new URL('expected-notices.md', import.meta.url), 'utf8');
  return [...text.matchAll(/^\| (.+) \| (page|ticket) \| ([\w-]+) \| (\d+)–(\d+) \| (.+) \|$/gm)].map(
    ([, incident, to, rule, from, until, words]) => ({
      incident: incident!,
      to: to!,
      rule: rule!,
      from: Number(from),
      until: Number(until),
      words: words!,
    }),
  );
}

const escaped = (text: string) => text.replaceAll(/[\\^$.+?()[\]{}|]/g, '\\$&');

function isAsExpected({ to, rule, minutes, subject }: Told, expected: Expected): boolean {
  const words = new RegExp(`^${expected.words.split('*').map(escaped).join('.*')}$`);
  return to === expected.to && rule === expected.rule && minutes >= expected.from && minutes <= expected.until && words.test(subject);
}

/** What is told and not expected, and what is expected and not told; each expectation is met once. */
export function differences(told: readonly Told[], expected: readonly Expected[]): { falseOnes: Told[]; missing: Expected[] } {
  const missing = [...expected];
  const falseOnes = told.filter((notice) => {
    const index = missing.findIndex((each) => isAsExpected(notice, each));
    if (index >= 0) missing.splice(index, 1);
    return index < 0;
  });
  return { falseOnes, missing };
}
