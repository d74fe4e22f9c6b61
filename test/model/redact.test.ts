import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact } from '../../src/model/redact.ts';

const of = (alphabet: string, minLength: number, maxLength = minLength) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength });
const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const base64 = base64url.replace('-_', '+/');

/** A secret as it stands in a text, and the part of it that must not be left. */
interface Planted {
  text: string;
  secret: string;
}

const jwt = fc
  .tuple(of(base64url, 8, 40), of(base64url, 12, 300), of(base64url, 10, 90))
  .map(([head, claims, signature]): Planted => ({ text: `eyJ${head}.${claims}.${signature}`, secret: claims }));
const bearer = fc
  .tuple(fc.constantFrom('Bearer', 'bearer', 'BASIC', 'Basic'), of(base64, 12, 100))
  .map(([scheme, secret]): Planted => ({ text: `${scheme} ${secret}`, secret }));
const named = fc
  .tuple(
    fc.constantFrom(
      'token',
      'password',
      'client-key-data',
      'client-certificate-data',
      'certificate-authority-data',
      'secret',
      'Key',
      'PASSWORD',
    ),
    fc.constantFrom(': ', '=', ' = ', ':'),
    of(base64, 12, 100),
  )
  .map(([name, mark, secret]): Planted => ({ text: `${name}${mark}${secret}`, secret }));
const signed = fc
  .tuple(fc.constantFrom('sig', 'c', 's', 'h', 'code', 'token'), of(base64url, 12, 100))
  .map(([name, secret]): Planted => ({ text: `https://a.example/b?api-version=1&${name}=${secret}`, secret }));
const blob = of(base64, 160, 600).map((secret): Planted => ({ text: secret, secret }));
const pem = fc
  .tuple(
    fc.constantFrom('PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY', 'CERTIFICATE'),
    of(base64, 200, 900),
    fc.constantFrom('\n', '\r\n', ' '),
    fc.boolean(),
  )
  .map(([kind, secret, end, whole]): Planted => {
    const lines = (secret.match(/.{1,64}/g) ?? []).join(end);
    return { text: `-----BEGIN ${kind}-----${end}${lines}${end}${whole ? `-----END ${kind}-----` : ''}`, secret: lines };
  });

const space = fc.constantFrom(' ', '\n', '\t', ' "', " '", ' (', ', ', '; ');
const filler = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.constantFrom('', 'error: ', 'The connection was refused', '\u0000\u001b[31m'),
);

/** Whether any 12 characters in a row of a secret are left in a text. */
function leaks(text: string, secret: string): boolean {
  for (let at = 0; at + 12 <= secret.length; at++) if (text.includes(secret.slice(at, at + 12))) return true;
  return false;
}

describe('redact', () => {
  it.each<[string, fc.Arbitrary<Planted>]>([
    ['token', jwt],
    ['Authorization header', bearer],
    ['named key, token or password', named],
    ['signed URL', signed],
    ['long run of base64', blob],
    ['PEM, whole or cut at its end', pem],
  ])('leaves nothing of a %s, wherever it stands', (_, planted) => {
    fc.assert(
      fc.property(filler, space, planted, space, filler, (before, open, { text, secret }, close, after) => {
        expect(leaks(redact(`${before}${open}${text}${close}${after}`), secret)).toBe(false);
      }),
      { numRuns: 1500 },
    );
  });

  it('leaves nothing of several secrets in one text', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(jwt, bearer, named, signed, blob), { maxLength: 5 }), filler, (all, between) => {
        const clean = redact(all.map(({ text }) => text).join(`${between}\n`));
        expect(all.filter(({ secret }) => leaks(clean, secret))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    '{"access_token":"abcDEF123456ghiJKL789"}',
    '{"token": "abcDEF123456ghiJKL789"}',
    'access_token=abcDEF123456ghiJKL789',
    'AZURE_CLIENT_SECRET=abcDEF123456ghiJKL789',
    'AccountKey=abcDEF123456ghiJKL789==',
    'apiKey: abcDEF123456ghiJKL789',
    'kubectl --token abcDEF123456ghiJKL789',
    'Authorization: Bearer "abcDEF123456ghiJKL789"',
    'https://host/?sv=1&amp;sig=abcDEF123456ghiJKL789',
    'https://user:abcDEF123456ghiJKL789@host/',
    `${'abcDEF123456ghiJKL789'.repeat(3)}A\n-----END CERTIFICATE-----`,
  ])('takes the secret out of %s', (text) => {
    expect(redact(text)).not.toContain('abcDEF123456ghiJKL789');
  });

  it('never gives more than the limit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.integer({ min: 3, max: 300 }), (text, limit) => {
        expect(Buffer.byteLength(redact(text, limit))).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 3000 },
    );
    expect(Buffer.byteLength(redact('word '.repeat(10_000)))).toBe(2048);
    expect(Buffer.byteLength(redact('\u0000'.repeat(1_000_000)))).toBeLessThanOrEqual(2048);
  });

  it('ends with a sign where it cut', () => {
    expect([redact('abcdefgh', 7), redact('abcdefg', 7), redact('äöüäöü', 8)]).toEqual(['abcd…', 'abcdefg', 'äö…']);
  });

  it('shows a sign for each control character, and keeps tabs and line ends', () => {
    expect(redact('a\u0000\u001b[1m\u007f\u0085\r\nb\tc\rd')).toBe('a\ufffd\ufffd[1m\ufffd\ufffd\nb\tc\ufffdd');
  });

  it('leaves ordinary words alone', () => {
    const text = [
      'The connection to the server shop-12345678.hcp.westeurope.azmk8s.io:443 was refused - did you specify the right host or port?',
      'error: Get "https://10.0.0.1:443/version?timeout=7s": context deadline exceeded',
      'AFP1 end 0123456789abcdef rc=1',
    ].join('\n');
    expect(redact(text)).toBe(text);
  });

  it.each([
    '/subscriptions/0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01/resourceGroups/MC_rg_shop_westeurope/providers/Microsoft.Compute/virtualMachineScaleSets/aks-web-12345678-vmss/virtualMachines/0',
    'Compute/virtualMachineScaleSets/aksweb12345678vmss/virtualMachines/000017/extensions/RunCommandLinux',
    'The resource type is Microsoft.ContainerService/managedClusters/agentPools/machines/upgradeProfiles/availableAgentPoolVersions',
    '/var/lib/waagent/Microsoft/CPlat/Core/RunCommandHandlerLinux/download/0/script',
    'error VMExtensionProvisioningErrorOperationNotAllowedVirtualMachineScaleSetInstanceNotRunning',
    'nodeAKSUbuntu2204gen2containerdImageVersionNotFoundInSharedImageGallery202610',
  ])('leaves the words of %s alone', (text) => {
    expect(text).toMatch(/[A-Za-z0-9+/-]{40}/);
    expect(redact(text)).toBe(text);
  });

  it('leaves any resource type alone, however long it is', () => {
    const vocabulary =
      'virtual Machine Scale Sets managed Clusters Agent Pools AKS extensions network Interfaces container Service Run Command Linux private Endpoint';
    const words = vocabulary.split(' ');
    // Words of any path, each once, joined to names of one or two, the last of which may have a number.
    const path = fc
      .tuple(
        fc.shuffledSubarray(words, { minLength: 12 }),
        fc.integer({ min: 1, max: 2 }),
        fc.option(fc.integer({ min: 0, max: 9999 }), { nil: '' }),
      )
      .map(([some, length, number]) => some.map((word, n) => (n % length === 0 ? `/${word}` : word)).join('') + number);
    fc.assert(
      fc.property(path, (segments) => {
        const text = `Microsoft.Compute${segments}`;
        expect(redact(text)).toBe(text);
      }),
    );
  });

  it('takes out the base64 of any 48 bytes or more, and every line of a PEM whose head is gone', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 48, maxLength: 400 }),
      // Keys of few bytes, over and over.
      fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 4 }), fc.integer({ min: 48, max: 200 })).map(([some, length]) => {
        return Uint8Array.from({ length }, (_, n) => some[n % some.length]!);
      }),
    );
    fc.assert(
      fc.property(bytes, (key) => {
        const text = Buffer.from(key).toString('base64');
        expect(leaks(redact(`it said ${text}`), text)).toBe(false);
        const lines = text.match(/.{64}/g) ?? [];
        const clean = redact(lines.join('\n'));
        for (const line of lines) expect(leaks(clean, line)).toBe(false);
      }),
      { numRuns: 5000 },
    );
  });

  it('takes out what is random in a path of words', () => {
    const secret = Buffer.from(Array.from({ length: 48 }, (_, n) => (n * 89 + 7) % 256)).toString('base64');
    expect(redact(`virtualMachines/extensions/${secret}`)).not.toContain(secret.slice(20));
  });

  it('says what it took away', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----';
    const text = `Authorization: Bearer abcdefgh12345678\n${key}\nuser token: 0123456789\nGET /x?sig=abcdefghijkl&se=1`;
    expect(redact(text)).toMatchInlineSnapshot(`
      "Authorization: Bearer [removed]
      [pem removed]
      user token: [removed]
      GET /x?sig=[removed]&se=1"
    `);
  });
});
