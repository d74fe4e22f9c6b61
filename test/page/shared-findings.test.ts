import { describe, expect, it } from 'vitest';
import { sharedFindings } from '../../src/page/shared-findings.ts';
import type { FindingView } from '../../src/views/findings.ts';

const finding = (resourceId: string | undefined, more: Partial<FindingView> = {}): FindingView => ({
  code: 'NextHopDead',
  kind: 'cause',
  sentence: 'firewall fw no longer holds 10.0.0.4',
  evidence: [],
  foundAt: '2026-11-30T03:00:00.000Z',
  ...(resourceId !== undefined && { resourceId }),
  ...more,
});
const of = (cluster: string, ...findings: FindingView[]) => ({ cluster, findings });

describe('what several clusters have in common', () => {
  it('is the resource that their best findings name, in any letter case, that of most clusters first', () => {
    const shared = sharedFindings([
      of('a', finding('/FW')),
      of('b', finding('/fw')),
      of('b', finding('/fw')),
      of('c', finding('/zone', { code: 'ZoneNotLinked' })),
      of('d', finding('/zone', { code: 'ZoneNotLinked' })),
      of('e', finding('/zone', { code: 'ZoneNotLinked' })),
    ]);
    expect(shared.map(({ finding: { code }, clusters }) => [code, clusters])).toEqual([
      ['ZoneNotLinked', ['c', 'd', 'e']],
      ['NextHopDead', ['a', 'b']],
    ]);
  });

  it('is nothing of one cluster alone, of other findings than the best, or of what could not be read', () => {
    const unread = finding('/rt', { code: 'CouldNotLook', kind: 'couldNotLook' });
    expect(sharedFindings([of('a', finding('/fw')), of('a', finding('/fw'))])).toEqual([]);
    expect(sharedFindings([of('a', finding('/fw')), of('b', finding('/x'), finding('/fw'))])).toEqual([]);
    expect(sharedFindings([of('a', unread), of('b', unread), of('c'), of('d', finding(undefined)), of('e', finding(undefined))])).toEqual(
      [],
    );
  });
});
