import { describe, expect, it } from 'vitest';
import { type IncidentPage, incidentPage } from '../../src/page/incident-page.ts';
import { clusterOf, frame, incidentOf, NOW, outageOf, SINCE, wordsOf } from './views.ts';

const counts = (most: number) => ({ counts: { failing: most, conclusive: most, planned: most, most } });
const minutes = (n: number) => new Date(Date.parse(SINCE) + n * 60_000).toISOString();
const page = (more: Partial<IncidentPage> = {}): IncidentPage => ({
  incident: incidentOf(['shop', 'bank', 'desk']),
  members: ['shop', 'bank', 'desk'].map((name) => clusterOf(name, { unreachable: 3 })),
  outages: ['shop', 'bank', 'desk'].map((name) => outageOf(name, undefined, counts(3))),
  isWhole: true,
  ...more,
});
const shown = (more?: Partial<IncidentPage>) => incidentPage(page(more), frame);
const words = (more?: Partial<IncidentPage>) => wordsOf(shown(more).body.text);

describe('the page of an incident', () => {
  it('counts the nodes that failed, each cluster once however often it was down', () => {
    const twice = [...page().outages, outageOf('shop', undefined, { ...counts(2), start: minutes(5) })];
    expect(words({ outages: twice })).toContain('Nodes failed9');
  });

  it('says that it is at least so many where not every outage was read', () => {
    expect(words({ isWhole: false })).toContain('Nodes failedat least 9');
  });

  it('lists those that are in trouble first, and of each when it failed and for how long', () => {
    const incident = { ...incidentOf(['shop', 'bank']), openClusters: [page().incident.clusters[1]!] };
    const outages = [outageOf('shop', undefined, { ...counts(3), end: minutes(4) }), outageOf('bank', undefined, counts(3))];
    expect(words({ incident, outages })).toMatch(/Lasted\s*bank.*in trouble.*shop.*not any more.*4 min/);
  });

  it('tells what happened in order, from the change to the end', () => {
    const ended = incidentOf(['shop'], {
      end: minutes(30),
      openClusters: [],
      notified: { 'application-insights': { started: true, ended: true, startedAt: minutes(2), endedAt: minutes(31) } },
    });
    const outages = [outageOf('shop', undefined, { ...counts(3), end: minutes(29) })];
    const all = words({ incident: ended, outages });
    expect(all).toMatch(/Incident began.*Outage of shop.*shop is back.*Incident ended/);
    expect(all).toContain('Lasted30 min');
    expect(all).toContain('To notification2 min');
  });

  it('once it is over asks for nothing, is green, and keeps its times', () => {
    const document = shown({ incident: { ...incidentOf(['shop']), end: NOW.toISOString(), openClusters: [] } });
    expect([document.state, document.title.startsWith('Incident, ended')]).toEqual(['good', true]);
    expect(wordsOf(document.body.text)).toContain('Ended');
    expect(wordsOf(document.body.text)).not.toContain('Do first');
  });
});
