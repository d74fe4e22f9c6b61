import { describe, expect, it } from 'vitest';
import { uptimeNumbers, uptimeOf, watchedWords } from '../../src/page/uptime-numbers.ts';
import { noUptime, wordsOf } from './views.ts';

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];
type Watched = [share: number | null, seconds: number];
const sharesOf = (day: Watched, week: Watched, month: Watched) => ({
  ...noUptime,
  '24h': day[0],
  '7d': week[0],
  '30d': month[0],
  watchedSeconds: { '24h': day[1], '7d': week[1], '30d': month[1] },
});

describe('an uptime', () => {
  it('of a window that was watched nearly whole is the share alone', () => {
    const shares = sharesOf([0.99999, 23 * HOUR], [1, 6.5 * DAY], [0.5, 29 * DAY]);
    expect((['24h', '7d', '30d'] as const).map((window) => uptimeOf(shares, window, 1))).toEqual([
      { share: '99.99 %', of: '' },
      { share: '100 %', of: '' },
      { share: '50.00 %', of: '' },
    ]);
  });

  it('of less says of how much', () => {
    const minutes: Watched = [0.9917, 13 * MINUTE];
    expect(uptimeOf(sharesOf(minutes, minutes, minutes), '24h', 1)).toEqual({ share: '99.17 %', of: 'of 13 min' });
    const days: Watched = [1, 3 * DAY];
    expect(uptimeOf(sharesOf([1, 23 * HOUR], days, days), '7d', 1)).toEqual({ share: '100 %', of: 'of 3 d' });
  });

  it('is none of a week or a month of which no more was watched than of the shorter window', () => {
    const minutes: Watched = [0.9917, 13 * MINUTE];
    expect(wordsOf(uptimeNumbers(sharesOf(minutes, minutes, minutes)).text)).toBe('24 h99.17 % of 13 min7 dnone30 dnone');
  });

  it('is none of what was never watched, and that of before where it is not now', () => {
    expect(wordsOf(uptimeNumbers(noUptime).text)).toBe('24 hnone7 dnone30 dnone');
    expect(uptimeOf(sharesOf([null, 0], [1, HOUR], [1, HOUR]), '7d', 1)).toEqual({ share: '100 %', of: 'of 1 h' });
  });

  it('of many nodes says how much of each was watched', () => {
    const shares = sharesOf([1, 10 * 12 * HOUR], [1, 0], [1, 0]);
    expect(uptimeOf(shares, '24h', 10)).toEqual({ share: '100 %', of: 'of 12 h' });
    expect(watchedWords({ ...shares, watchedSeconds: { '24h': 120 * HOUR, '7d': 120 * HOUR, '30d': 120 * HOUR } }, 10)).toBe(
      'Each node was watched for 12 h of the last 24 h, on average.',
    );
  });
});

describe('how much was watched', () => {
  it('is said also where nothing was', () => {
    expect(watchedWords(noUptime)).toBe('Nothing was watched yet: what was never probed has no uptime.');
  });

  it('says what is not counted, since it was in a maintenance', () => {
    const shares = sharesOf([1, HOUR], [1, HOUR], [1, HOUR]);
    expect(watchedWords({ ...shares, maintenanceSeconds: { '24h': 0, '7d': 4 * HOUR, '30d': 4 * HOUR } })).toBe(
      'Watched for 1 h of the last 24 h. Not counted: 4 h in maintenance within 30 d.',
    );
  });
});
