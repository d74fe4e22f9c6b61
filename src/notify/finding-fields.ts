import type { Finding } from '../model/finding.ts';

/** What an event or an availability result says of the findings of an outage; empty texts where there are none. */
export interface FindingFields {
  finding: string;
  findingKind: string;
  findings: string;
}

/** The fields that tell of findings, the best of which comes first. What was disproved is left out. */
export function findingFields(findings: readonly Finding[] = []): FindingFields {
  const valid = findings.filter(({ revoked }) => revoked === undefined);
  const [best] = valid;
  return {
    finding: best?.code ?? '',
    findingKind: best?.kind ?? '',
    findings: valid.map(({ sentence }) => sentence).join('; '),
  };
}
