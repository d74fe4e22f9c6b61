import { describe, expect, it } from 'vitest';
import { differences, type Expected, readExpected } from './expected-notices.ts';
import { incidents, type Told, whatPeopleAreTold } from './incidents.ts';
import { isRecorded } from './recording.ts';
import { at } from './state-rows.ts';

const expected = readExpected();

describe('the table of what people should be told', () => {
  it('is of incidents that are replayed', () => {
    expect(expected.length).toBeGreaterThan(20);
    for (const { incident } of expected) expect(Object.keys(incidents)).toContain(incident);
  });

  it('wakes or tells somebody once for each incident and each cluster that is left of one, and nobody where nothing happens', () => {
    for (const [name, { alone = 0 }] of Object.entries(incidents)) {
      const fired = expected.filter(({ incident, words }) => incident === name && words.startsWith('Fired: '));
      expect([name, fired.length]).toEqual([name, name.startsWith('nothing') ? 0 : 1 + alone]);
    }
  });
});

describe('what people are told', () => {
  const told = (minutes: number, subject: string, to: 'page' | 'ticket' = 'page'): Told => ({
    at: at(minutes),
    minutes,
    to,
    rule: 'incident',
    condition: 'Fired',
    subject,
    found: { dimensions: {}, target: null, value: 1 },
  });
  const row: Expected = { incident: 'hub', to: 'page', rule: 'incident', from: 2, until: 10, words: 'Fired: 12 clusters (*) down*' };

  it('is as expected where time, group and words are', () => {
    const notice = told(4, 'Fired: 12 clusters (of 14) down since 03:02 UTC');
    expect(differences([notice], [row])).toEqual({ falseOnes: [], missing: [] });
  });

  it.each<[what: string, notice: Told]>([
    ['too early', told(1, 'Fired: 12 clusters (of 14) down')],
    ['too late', told(11, 'Fired: 12 clusters (of 14) down')],
    ['to others', told(4, 'Fired: 12 clusters (of 14) down', 'ticket')],
    ['in other words', told(4, 'Fired: 11 clusters (of 14) down')],
  ])('is false, and what was expected is missing, if it comes %s', (_what, notice) => {
    expect(differences([notice], [row])).toEqual({ falseOnes: [notice], missing: [row] });
  });

  it('is false where it comes twice', () => {
    const notice = told(4, 'Fired: 12 clusters (of 14) down');
    expect(differences([notice, notice], [row])).toMatchObject({ falseOnes: [notice], missing: [] });
  });
});

describe.each(Object.entries(incidents))('of "%s"', (name, incident) => {
  it.skipIf(!isRecorded(incident.recording))(
    'each is told once, none falsely (skipped where it is not recorded)',
    { timeout: 60_000 },
    () => {
      const of = expected.filter((each) => each.incident === name);
      expect(differences(whatPeopleAreTold(incident), of)).toEqual({ falseOnes: [], missing: [] });
    },
  );
});
