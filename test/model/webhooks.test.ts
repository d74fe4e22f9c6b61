import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readWebhooks } from '../../src/model/webhooks.ts';
import { InvalidSettings, readSettings, webhooksOf } from '../../src/settings.ts';

const signing = (byte: number, bytes = 24) => `whsec_${Buffer.alloc(bytes, byte).toString('base64')}`;
const complaints = (urls: string, secrets: string) =>
  readWebhooks(urls, secrets).mistakes.map(({ setting, message }) => `${setting}: ${message}`);

describe('webhooks in the settings', () => {
  it('are none where none is named', () => {
    expect(readWebhooks()).toEqual({ webhooks: [], mistakes: [] });
  });

  it('have a name, an address, perhaps a template, and their secrets by name', () => {
    const urls = `audit=https://audit.example/events?code=Zm9v\n  chat:slack=https://hooks.slack.com/services/T0/B0/x pager:pagerduty=https://events.pagerduty.com/v2/enqueue`;
    const secrets = `audit=${signing(1)} pager=0123456789abcdef0123456789abcdef audit=${signing(2)}`;
    expect(readWebhooks(urls, secrets)).toEqual({
      webhooks: [
        { name: 'audit', template: undefined, url: new URL('https://audit.example/events?code=Zm9v'), signing: [signing(1), signing(2)] },
        { name: 'chat', template: 'slack', url: new URL('https://hooks.slack.com/services/T0/B0/x'), signing: [] },
        {
          name: 'pager',
          template: 'pagerduty',
          url: new URL('https://events.pagerduty.com/v2/enqueue'),
          signing: [],
          key: '0123456789abcdef0123456789abcdef',
        },
      ],
      mistakes: [],
    });
  });

  it('may be signed whatever their template, and Alertmanager may have a token', () => {
    const { webhooks, mistakes } = readWebhooks('am:alertmanager=https://am.example/api/v2/alerts', `am=${signing(1)} am=the-token-of-am`);
    expect(mistakes).toEqual([]);
    expect(webhooks[0]).toMatchObject({ signing: [signing(1)], key: 'the-token-of-am' });
  });

  it.each([
    ['https://hooks.example/x', '', /^WEBHOOKS: expected name=https:\/\/… .*; entry 1 of 1 is none$/],
    ['Pager=https://hooks.example/x', '', /entry 1 of 1 is none$/],
    ['a=http://hooks.example/x', '', /^WEBHOOKS: expected an https URL without user name and fragment for "a"; what it has is not shown/],
    ['a=https://user:pass@hooks.example/x', '', /^WEBHOOKS: expected an https URL without user name/],
    ['a=https://hooks.example/x#y', '', /^WEBHOOKS: expected an https URL without user name/],
    [
      'a:discord=https://hooks.example/x',
      '',
      /^WEBHOOKS: expected for "a" one of the templates slack, teams, pagerduty, opsgenie, alertmanager/,
    ],
    ['a:slack=https://a.example a:slack=https://b.example', '', /^WEBHOOKS: expected each name once, got "a" again$/],
    [
      'a=https://hooks.example/x',
      '',
      /^WEBHOOK_SECRETS: expected for "a" a signing secret, such as a=whsec_ and the output of "openssl rand/,
    ],
    ['a=https://hooks.example/x', `a=${signing(1, 23)}`, /^WEBHOOK_SECRETS: expected for "a" signing secrets whsec_… of 24 to 64 bytes/],
    ['a=https://hooks.example/x', `a=${signing(1, 65)}`, /of 24 to 64 bytes/],
    ['a=https://hooks.example/x', 'a=whsec_*not-base64*but-long-enough-for-it', /of 24 to 64 bytes/],
    ['a=https://hooks.example/x', `a=${signing(1)} a=0123456789`, /^WEBHOOK_SECRETS: expected for "a" secrets that begin with whsec_ only/],
    ['a:slack=https://hooks.example/x', 'a=0123456789', /whsec_ only: slack has no key of its own$/],
    ['a:pagerduty=https://hooks.example/x', '', /^WEBHOOK_SECRETS: expected for "a" the key that pagerduty gave you, got none$/],
    [
      'a:opsgenie=https://hooks.example/x',
      'a=0123456789 a=9876543210',
      /^WEBHOOK_SECRETS: expected for "a" one key of the receiver, got 2$/,
    ],
    [
      'a:slack=https://hooks.example/x',
      `b=${signing(1)}`,
      /^WEBHOOK_SECRETS: expected secrets of webhooks that WEBHOOKS names, got one of "b"$/,
    ],
    [
      'a:slack=https://hooks.example/x',
      'a=short',
      /^WEBHOOK_SECRETS: expected name=secret with spaces between them, .*; entry 1 of 1 is none$/,
    ],
    [
      Array.from({ length: 11 }, (_, n) => `a${n}:slack=https://hooks.example/${n}`).join(' '),
      '',
      /^WEBHOOKS: expected at most 10 webhooks, got 11$/,
    ],
    [
      'a=https://hooks.example/x',
      Array.from({ length: 6 }, (_, n) => `a=${signing(n)}`).join(' '),
      /^WEBHOOK_SECRETS: expected for "a" at most 5 signing secrets, got 6$/,
    ],
  ])('%# are refused with what to give', (urls, secrets, message) => {
    expect(complaints(urls, secrets)).toEqual([expect.stringMatching(message)]);
    expect(readWebhooks(urls, secrets).webhooks).toEqual([]);
  });

  it('that Azure did not resolve are refused with what to do, and the reference is not shown', () => {
    const reference = '@Microsoft.KeyVault(SecretUri=https://vault-of-shop.vault.azure.net/secrets/webhooks)';
    for (const [urls, secrets, setting] of [
      [reference, '', 'WEBHOOKS'],
      ['a=https://hooks.example/x', reference, 'WEBHOOK_SECRETS'],
    ] as const) {
      expect(complaints(urls, secrets)).toEqual([expect.stringMatching(new RegExp(`^${setting}: .*Key Vault Secrets User`))]);
      expect(complaints(urls, secrets).join()).not.toContain('vault-of-shop');
    }
  });

  it('are reported together with all other mistakes', () => {
    const source = {
      AzureWebJobsStorage: 'UseDevelopmentStorage=true',
      RETENTION_DAYS: '0',
      WEBHOOKS: 'a=http://a.example b:discord=https://b.example',
    };
    const mistakes = (given: Record<string, string>) => {
      try {
        readSettings(given);
      } catch (error) {
        if (error instanceof InvalidSettings) return error.mistakes.map((each) => each.split(':')[0]);
      }
      return [];
    };
    expect(mistakes(source)).toEqual(['RETENTION_DAYS', 'WEBHOOKS', 'WEBHOOKS']);
    expect(mistakes({ RETENTION_DAYS: '0', WEBHOOKS: source.WEBHOOKS })).toEqual([
      'RETENTION_DAYS',
      'WEBHOOKS',
      'WEBHOOKS',
      'AzureWebJobsStorage',
    ]);
  });

  it('come with the settings once they are right', () => {
    const settings = {
      AzureWebJobsStorage: 'UseDevelopmentStorage=true',
      WEBHOOKS: 'a=https://a.example',
      WEBHOOK_SECRETS: `a=${signing(1)}`,
    };
    expect(webhooksOf(readSettings(settings))).toMatchObject([{ name: 'a', signing: [signing(1)] }]);
  });

  it('never show a part of an address or of a secret in a mistake', () => {
    const secret = fc.string({ unit: fc.constantFrom(...'ABCDEFGHJKLMNPQRSTUVWXYZ'), minLength: 12, maxLength: 30 });
    const before = fc.constantFrom(
      '',
      'a',
      'a=',
      'a:slack=',
      'a:other=',
      'A=',
      'a=http://',
      'a=https://h.example/',
      'a=whsec_',
      'a:pagerduty=https://u:p@',
    );
    fc.assert(
      fc.property(before, before, secret, (urls, secrets, hidden) => {
        const said = complaints(`${urls}${hidden} b=https://b.example/${hidden}`, `${secrets}${hidden} b=${hidden}`).join('\n');
        expect(said).not.toContain(hidden);
      }),
    );
  });
});
