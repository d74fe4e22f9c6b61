import { describe, expect, it } from 'vitest';
import { incidentAnswers, incidentPanel } from '../../src/page/incident-panel.ts';
import { clusterOf, incidentOf, links, NOW, wordsOf } from './views.ts';

const names = Array.from({ length: 12 }, (_, n) => `c${String(n).padStart(2, '0')}`);
const members = names.map((name, n) => clusterOf(name, { unreachable: n, reachable: 12 - n }));
const incident = incidentOf(names);
const words = (given = incident, of = members) => wordsOf(incidentAnswers(given, of, links, NOW).text);

describe('an open incident', () => {
  it('names the clusters with most failing nodes first, and counts the others', () => {
    expect(words()).toContain('Whorg/c11 11 of 12, rg/c10 10 of 12');
    expect(words()).toContain('and 4 more clusters. 12 of 12 clusters that share it are affected.');
  });

  it('says how it is elsewhere, where there is any', () => {
    const counts = { affected: 12, inside: 12, elsewhereAffected: 1, elsewhere: 40, most: 12 };
    expect(words({ ...incident, counts })).toContain('; 1 of 40 elsewhere.');
  });

  it('gives a command that names one of its clusters, and says so', () => {
    const remedies = [
      { say: 'Check that the cluster runs.', command: 'az aks show --resource-group rg-c00 --name c00 --query powerState' },
    ];
    expect(words({ ...incident, remedies })).toContain('It names c00, one of the 12.');
    expect(words({ ...incident, remedies, openClusters: incident.openClusters.slice(0, 1) })).not.toContain('It names');
    expect(words()).not.toContain('Do first');
    expect(words({ ...incident, remedies: [{ say: 'Ask your network team.', command: null }] })).not.toContain('It names');
  });

  it('that nobody sees the fleet is not a failure of its nodes', () => {
    const unseen = incidentOf([], { kind: 'unseen', factor: 'fleet', factorValue: '*', clusters: [], openClusters: [] });
    const { text } = incidentPanel(unseen, [], links, NOW);
    expect(wordsOf(text)).toContain('Nobody sees the fleet');
    expect(text).toContain('unk-open');
    expect(wordsOf(text)).not.toContain('Getting better?');
  });
});

it('an incident that is over asks for nothing, and covers no alerts any more', () => {
  const over = words({ ...incident, end: NOW.toISOString(), openClusters: [], remedies: [{ say: 'Do it.', command: null }] }, []);
  for (const part of ['Do first', 'Who', 'Getting better?', 'It covers']) expect(over).not.toContain(part);
});
