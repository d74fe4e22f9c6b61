import { describe, expect, it } from 'vitest';
import { listQuery, outageListQuery, resultListQuery } from '../../src/http/params.ts';
import * as z from '../../src/zod.ts';

describe('the query of a list', () => {
  it.each(['0', '1001', '-1', '1.5', 'all', '', ' 5', '99999'])('takes no "%s" as limit', (limit) => {
    expect(listQuery.limit.safeParse(limit).error?.issues[0]?.message).toBe('a whole number from 1 to 1000');
  });

  it.each(['1', '050', '1000'])('takes "%s" as limit', (limit) => {
    expect(listQuery.limit.parse(limit)).toBe(limit);
  });

  it('asks for 50 items unless told otherwise', () => {
    expect(z.object(listQuery).parse({})).toEqual({ limit: '50' });
  });
});

describe('the query of the list of outages', () => {
  it('asks for open ones unless told otherwise', () => {
    expect(z.object(outageListQuery).parse({})).toEqual({ state: 'open' });
  });

  it('takes the id of a cluster in any letter case, and none without its three parts', () => {
    const id = 'AAAAAAAA-0000-4000-8000-000000000001.Shop.Web';
    expect(outageListQuery.cluster.parse(id)).toBe(id.toLowerCase());
    expect(outageListQuery.cluster.safeParse('shop/web').success).toBe(false);
  });
});

describe('the query of the list of results', () => {
  it.each(['2026-11-21T09:35:00Z', '2026-11-21T09:35:00+01:00', '2026-11-21'])('takes %s as since', (since) => {
    expect(resultListQuery.since.parse(since)).toBe(since);
  });

  it.each(['yesterday', '2026-13-01', '1e3', '', '21.11.2026'])('takes no "%s" as since', (since) => {
    expect(resultListQuery.since.safeParse(since).error?.issues[0]?.message).toBe('a time such as 2026-11-21T09:35:00Z, or a day');
  });
});
