import { describe, expect, it } from 'vitest';
import { type CadenceFigures, judgeCadence } from '../../bench/cadence.ts';

const even: CadenceFigures = { runs: 1000, nodes: [100, 190, 300], clusters: [400, 500, 600] };
const judge = (adaptive: Partial<CadenceFigures>) =>
  judgeCadence({ even, adaptive: { runs: 1000, nodes: [90, 95, 96], clusters: [100, 250, 300], ...adaptive } }).map(({ holds }) => holds);

describe('the comparison of an even and an adaptive cadence', () => {
  it('holds where ends are notified in half the time for the same number of runs', () => {
    expect(judge({})).toEqual([true, true, true]);
  });

  it('fails where there are more runs, or where ends come later than that, of nodes or of clusters', () => {
    expect(judge({ runs: 1021 })).toEqual([false, true, true]);
    expect(judge({ nodes: [90, 96, 97] })).toEqual([true, false, true]);
    expect(judge({ clusters: [100, 251, 300] })).toEqual([true, true, false]);
  });

  it('fails where an end was never notified', () => {
    expect(judge({ nodes: [90, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY] })).toEqual([true, false, true]);
  });
});
