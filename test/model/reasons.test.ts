import { describe, expect, it } from 'vitest';
import { isReasonCode, type Reason, reasons } from '../../src/model/reasons.ts';

const all: [code: string, reason: Reason][] = Object.entries(reasons);
const remedyless = [
  'Reachable',
  'NodeGone',
  'NodeReplaced',
  'ClusterGone',
  'Excluded',
  'TooYoung',
  'Deallocated',
  'Deleting',
  'Creating',
  'NotYetProbed',
];

describe('the catalogue of reasons', () => {
  it.each(all)('tells %s in one sentence, with stage and links that people can follow', (code, { stage, sentence, remedies, links }) => {
    expect(code).toMatch(/^([A-Z][a-z]+)+$/);
    expect(stage).toMatch(/^(kubeconfig|dns|tcp|tls|auth|http|egress|agent|azure|prober|none)$/);
    for (const text of [sentence, ...remedies]) expect(text).toMatch(/^([A-Z]|kubectl ).*\.$/);
    for (const link of links) expect(link).toMatch(/^https:\/\/learn\.microsoft\.com\/[\w/-]+$/);
  });

  it('has something to do next for everything that somebody could do something about', () => {
    expect(
      all
        .filter(([, { remedies }]) => remedies.length === 0)
        .map(([code]) => code)
        .sort(),
    ).toEqual(remedyless.sort());
  });

  it('gives no two reasons the same sentence', () => {
    expect(new Set(all.map(([, { sentence }]) => sentence)).size).toBe(all.length);
  });

  it.each(['toString', 'constructor', '__proto__', 'reachable', '', ' Reachable', 7, null, undefined, ['Reachable']])(
    'does not know %s',
    (code) => {
      expect(isReasonCode(code)).toBe(false);
    },
  );

  it('knows its own codes', () => {
    expect(all.every(([code]) => isReasonCode(code))).toBe(true);
  });
});
