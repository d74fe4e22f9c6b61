import { describe, expect, it } from 'vitest';

import { changedAnswer, kindOf, relativeTo, resourceName } from '../../src/page/answers.ts';
import { changeEvents, type Event, findingEvents, notifiedEvents, storyOf } from '../../src/page/story.ts';
import type { ChangeView, FindingView } from '../../src/views/findings.ts';
import { HOSTILE, links, NOW, wordsOf } from './views.ts';

const start = '2026-11-21T11:00:00.000Z';
const nsg = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/nsg-shop';
const change: ChangeView = {
  time: '2026-11-21T10:56:00.000Z',
  resourceId: `${nsg}/securityRules/deny-443`,
  operation: 'Microsoft.Network/networkSecurityGroups/securityRules/write',
  property: 'properties.access',
  before: 'Allow',
  after: 'Deny',
  by: 'ana@contoso.com',
};
const finding: FindingView = {
  code: 'NsgDenies',
  kind: 'cause',
  sentence: 'NSG nsg-shop denies it',
  evidence: [],
  foundAt: start,
  todo: null,
};
const told = (events: readonly Event[]) => wordsOf(storyOf(events, NOW).text);

describe('what happened', () => {
  it('is told in the order of time, whatever kind it is', () => {
    const events = [
      ...notifiedEvents({ mail: { started: true, ended: false, startedAt: '2026-11-21T11:02:00.000Z' } }),
      ...findingEvents([{ ...finding, foundAt: '2026-11-21T11:01:00.000Z' }]),
      ...changeEvents([change], start, links),
    ];
    expect(told(events)).toMatch(
      /10:56:00Changed.*11:01:00FoundCause: NSG nsg-shop denies itNsgDenies.*11:02:00Notifiedmail accepted the start/,
    );
  });

  it('is that a finding was found, and later that it was disproved', () => {
    const events = findingEvents([{ ...finding, revoked: '2026-11-21T11:30:00.000Z' }]);
    expect(told(events)).toMatch(/11:00:00FoundCause: .*11:30:00FoundDisproved: it was still so when the outage had ended/);
    expect(kindOf({ kind: 'cause', revoked: start })).toBe('Disproved');
  });

  it('is nothing of sinks whose times are not known', () => {
    expect(notifiedEvents({ mail: { started: true, ended: true } })).toEqual([]);
  });

  it('is text, whatever others said', () => {
    const hostile = { ...change, operation: HOSTILE, property: HOSTILE, before: HOSTILE, after: HOSTILE, by: HOSTILE, resourceId: HOSTILE };
    const events = [
      ...changeEvents([hostile], start, links),
      ...findingEvents([{ ...finding, sentence: HOSTILE }]),
      ...notifiedEvents({ [HOSTILE]: { started: true, ended: false, startedAt: start } }),
    ];
    expect(storyOf(events, NOW).text).not.toMatch(/<script/);
  });
});

describe('a change', () => {
  const answerOf = (changes: readonly ChangeView[]) => wordsOf(html(changedAnswer(changes, start, links, NOW)));
  const html = (answer: ReturnType<typeof changedAnswer>) => (answer === '' ? '' : answer.text);

  it('says what of which resource became what, by whom, and how long before', () => {
    expect(answerOf([change])).toBe('nsg-shop / deny-443: access Allow → Deny, by ana@contoso.com at 10:56, 4 min before it began');
    expect(relativeTo(start, '2026-11-21T11:02:00.000Z')).toBe('2 min after it began');
  });

  it('is the operation alone where nothing else is known', () => {
    const { property: _, before: __, after: ___, by: ____, ...bare } = change;
    expect(answerOf([bare])).toBe(
      'nsg-shop / deny-443: Microsoft.Network/networkSecurityGroups/securityRules/write at 10:56, 4 min before it began',
    );
  });

  it('is one for all that one write changed of a resource', () => {
    const { before: _, ...added } = change;
    const names = ['protocol', 'access', 'priority', 'direction', 'sourcePortRange', 'name'];
    const words = answerOf(names.map((name) => ({ ...added, property: `properties.${name}`, after: name })));
    expect(words).toBe(
      'nsg-shop / deny-443: protocol protocol, access access, priority priority, direction direction and 2 more, by ana@contoso.com at 10:56, 4 min before it began',
    );
  });

  it('is one of the newest, and the others are counted', () => {
    const writes = Array.from({ length: 4 }, (_, nth) => ({ ...change, time: `2026-11-21T10:5${9 - nth}:00.000Z` }));
    expect(answerOf(writes)).toMatch(/10:59.*10:58.*and 2 more changes$/);
  });

  it('of none is no answer', () => {
    expect(answerOf([])).toBe('');
  });
});

it('resources are named by their last name, and parts also by the whole', () => {
  expect(resourceName(nsg)).toBe('nsg-shop');
  expect(resourceName(`${nsg}/securityRules/deny-443`)).toBe('nsg-shop / deny-443');
  expect(resourceName('10.0.0.4')).toBe('10.0.0.4');
});
