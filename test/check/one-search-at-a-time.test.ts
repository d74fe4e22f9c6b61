import { describe, expect, it } from 'vitest';
import { oneSearchAtATime } from '../../src/check/one-search-at-a-time.ts';

describe('oneSearchAtATime', () => {
  it('searches one name after the other, and no second one of a caller before the first of another', async () => {
    const order: string[] = [];
    let running = 0;
    const search = (who: string) =>
      oneSearchAtATime(who, async () => {
        running += 1;
        order.push(`${who} ${running}`);
        await new Promise(setImmediate);
        running -= 1;
        if (who === 'broken') throw new Error('nothing was found');
      });
    const eager = [search('eager'), search('eager'), search('eager')];
    const broken = expect(search('broken')).rejects.toThrow('nothing was found');
    await Promise.all([...eager, broken, search('patient')]);
    expect(order).toEqual(['eager 1', 'broken 1', 'patient 1', 'eager 1', 'eager 1']);
    await search('broken').catch(() => undefined);
    await search('patient');
  });
});
