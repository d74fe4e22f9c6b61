import { describe, expect, it } from 'vitest';
import { lengthOf, linksWith, percent, uptimeLine, when } from '../../src/page/layout.ts';
import { readSettings } from '../../src/settings.ts';

describe('percent', () => {
  it('rounds a share down, and by no more than it must', () => {
    expect([0.29, 0.57, 0.58, 1].map((share) => percent(share, 1))).toEqual(['29.0 %', '57.0 %', '58.0 %', '100.0 %']);
    expect([0.99999, 2 / 3].map((share) => percent(share, 2))).toEqual(['99.99 %', '66.66 %']);
  });
});

describe('an uptime', () => {
  const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];
  const line = (day: [number | null, number], week: [number | null, number], month: [number | null, number], ofMany = false) =>
    uptimeLine({ ...sharesOf(day, week, month), maintenanceSeconds: { '24h': 0, '7d': 0, '30d': 0 } }, ofMany).text;
  const sharesOf = (day: [number | null, number], week: [number | null, number], month: [number | null, number]) => {
    return { '24h': day[0], '7d': week[0], '30d': month[0], watchedSeconds: { '24h': day[1], '7d': week[1], '30d': month[1] } };
  };

  it('says what is not counted, since it was in a maintenance', () => {
    const maintenanceSeconds = { '24h': 0, '7d': 4 * HOUR, '30d': 4 * HOUR };
    const shares = sharesOf([1, HOUR], [1, HOUR], [1, HOUR]);
    expect(uptimeLine({ ...shares, maintenanceSeconds }).text).toBe(
      '<p>Uptime: 24h 100.00 % over 1 h watched. Not counted: 4 h in maintenance within 30d.</p>',
    );
  });

  it('says over how long it was watched, and no more windows than that fills', () => {
    const minutes: [number, number] = [0.9917, 13 * MINUTE];
    expect(line(minutes, minutes, minutes)).toBe('<p>Uptime: 24h 99.17 % over 13 min watched.</p>');
    const days: [number, number] = [1, 3 * DAY];
    expect(line([1, 23 * HOUR], days, days)).toBe('<p>Uptime: 24h 100.00 % over 23 h watched, 7d 100.00 % over 3 d watched.</p>');
    const month = line([1, 23 * HOUR], [1, 6 * DAY], [0.5, 29 * DAY + 5 * HOUR], true);
    expect(month).toContain(
      'Uptime of all nodes together: 24h 100.00 % over 23 h watched, 7d 100.00 % over 6 d watched, 30d 50.00 % over 29 d 5 h',
    );
  });

  it('is none of what was never watched, and that of before where it is not now', () => {
    expect(line([null, 0], [null, 0], [null, 0])).toBe('<p>Uptime: nothing was watched yet.</p>');
    expect(line([null, 0], [1, HOUR], [1, HOUR])).toBe('<p>Uptime: 7d 100.00 % over 1 h watched.</p>');
  });

  it.each([
    [0, '0 s'],
    [59.9, '59 s'],
    [60, '1 min'],
    [3599, '59 min'],
    [3600, '1 h'],
    [6270, '1 h 44 min'],
    [2 * DAY - 1, '47 h 59 min'],
    [2 * DAY + HOUR, '2 d 1 h'],
  ])('writes %d seconds as %s', (seconds, words) => {
    expect(lengthOf(seconds)).toBe(words);
  });
});

describe('the links between pages', () => {
  const settings = (pageUrl?: string) =>
    readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true', ...(pageUrl !== undefined && { PAGE_URL: pageUrl }) });

  it('lead to where a proxy has put the pages, if PAGE_URL says so', () => {
    const links = linksWith(settings('https://fleet.example/prober/'), undefined);
    expect([links.fleet, links.node('a.b.c', 'n')]).toEqual(['/prober', '/prober/clusters/a.b.c/nodes/n']);
  });

  it('pass on the key and the query, escaped, and nothing that is empty', () => {
    const links = linksWith(settings(), 'k&y');
    expect(links.fleet).toBe('/api/status?code=k%26y');
    expect(links.cluster('a.b/c', { cursor: 'p1', limit: '' })).toBe('/api/status/clusters/a.b%2Fc?cursor=p1&code=k%26y');
  });
});

describe('when', () => {
  it('shows a time for programs too, and nothing where there is none', () => {
    expect(when('2026-11-21T12:00:00Z').text).toBe('<time datetime="2026-11-21T12:00:00Z">2026-11-21T12:00:00Z</time>');
    expect([when(null).text, when(undefined).text]).toEqual(['', '']);
  });
});
