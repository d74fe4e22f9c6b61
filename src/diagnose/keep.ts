import type { Change, Finding } from '../model/finding.ts';
import { portalUrl, type Settings } from '../settings.ts';

// A transaction of 100 outages holds at most 4 MiB: what is kept of each is at most 15 KB.
const LONGEST_SENTENCE = 500;
const LONGEST_VALUE = 200;
const LONGEST_SETTING = 100;
const MOST_EVIDENCE = 6;
const MOST_CHANGES = 12;

const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** What is kept of findings, with links to where people see the settings: Azure's names and lists may be long, and a row is not. */
export function keepFindings(findings: readonly Finding[], settings: Pick<Settings, 'ARM_ENDPOINT'>): Finding[] {
  return findings.map((each) => ({
    ...each,
    sentence: cut(each.sentence, LONGEST_SENTENCE),
    evidence: each.evidence.slice(0, MOST_EVIDENCE).map(({ resourceId, setting, value }) => ({
      resourceId,
      setting: cut(setting, LONGEST_SETTING),
      value: cut(value, LONGEST_VALUE),
      ...(resourceId.startsWith('/subscriptions/') && { portal: portalUrl(settings, resourceId) }),
    })),
  }));
}

/** What is kept of changes: the newest. */
export function keepChanges(changes: readonly Change[]): Change[] {
  return changes.slice(0, MOST_CHANGES).map((each) => ({
    ...each,
    operation: cut(each.operation, LONGEST_VALUE),
    ...(each.property !== undefined && { property: cut(each.property, LONGEST_VALUE) }),
    ...(each.before !== undefined && { before: cut(each.before, LONGEST_VALUE) }),
    ...(each.after !== undefined && { after: cut(each.after, LONGEST_VALUE) }),
  }));
}
