import { describe, expect, it } from 'vitest';
import { chooseNode } from '../../src/check/choose-node.ts';
import type { FoundNode } from '../../src/inventory/find-node.ts';

const found = (cluster: string, excluded = false): FoundNode => ({
  cluster,
  region: 'westeurope',
  facts: { node: 'node-1', resourceId: '/subscriptions/s/vm', vmId: 'vm', pool: 'web', os: 'Linux' },
  excluded,
});

describe('chooseNode', () => {
  it('takes the only node that was found, though something else could not be read', () => {
    const one = found('a.rg.one');
    expect(chooseNode({ found: [one], gaps: ['the subscription b'] })).toEqual({ status: 'one', node: one });
  });

  it('takes none of several, and names their clusters', () => {
    const several = [found('a.rg.one'), found('a.rg.two', true)];
    expect(chooseNode({ found: several, gaps: [] })).toEqual({ status: 'several', clusters: ['a.rg.one', 'a.rg.two'] });
  });

  it('does not take a node that is excluded from the fleet', () => {
    const excluded = found('a.rg.one', true);
    expect(chooseNode({ found: [excluded], gaps: [] })).toEqual({ status: 'excluded', node: excluded });
  });

  it('says that there is none only where everything could be read', () => {
    expect(chooseNode({ found: [], gaps: [] })).toEqual({ status: 'none' });
    expect(chooseNode({ found: [], gaps: ['the subscription b'] })).toEqual({ status: 'unreadable', gaps: ['the subscription b'] });
  });
});
