import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeScript, scriptHash } from '../../src/probe/script.ts';

const read = (name: string) => readFileSync(new URL(`../../src/probe/${name}`, import.meta.url), 'utf8');
const body = read('linux.sh');
const windows = read('windows.ps1');
const nonce = '0123456789abcdef';

describe('composeScript', () => {
  it('puts three lines before the body and leaves the body as it is', () => {
    const [first, second, third, ...rest] = composeScript(nonce, ['https://mcr.microsoft.com/v2/', 'https://a.example:8443']);
    expect([first, second, third]).toEqual([
      "NONCE='0123456789abcdef'",
      "EGRESS='https://mcr.microsoft.com/v2/ https://a.example:8443'",
      'PROBE_SERVED=on',
    ]);
    expect(rest.join('\n')).toBe(body);
  });

  it('takes an address with an endpoint, and only an address; Windows is not told', () => {
    const place = 'https://mcr.microsoft.com/v2/=203.0.113.10';
    expect(composeScript(nonce, [place])[1]).toBe(`EGRESS='${place}'`);
    expect(composeScript(nonce, [place], 'Windows')[1]).toBe("$Egress = 'https://mcr.microsoft.com/v2/'");
    for (const bad of [
      "https://a.example/='; reboot",
      'https://a.example/=::1',
      'https://a.example/=1.2.3.4=5',
      'https://a.example/=$(id)',
    ])
      expect(() => composeScript(nonce, [bad])).toThrow('expected a plain https URL');
  });

  it('keeps the body free of what Run Command would change or refuse', () => {
    expect(body).not.toMatch(/\r|\t|[^\x20-\x7e\n]/);
    expect(body.startsWith('#!')).toBe(false);
    // An eighth of what the extension takes (run-command-extension-linux, maxScriptSize).
    expect(body.length).toBeLessThan(32_768);
  });

  it('has exactly one of each line that a machine without node paths replaces', () => {
    const names = ['KUBECTL', 'KUBECONFIG_FILE', 'LITTER', 'MACHINE', 'HOSTNAME_FILE', 'KUBELET', 'UNITS'];
    for (const name of names) expect(body.match(new RegExp(`^${name}=`, 'gm')), name).toHaveLength(1);
  });

  it('refuses every nonce that is not 16 hex digits in lower case', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', nonce.toUpperCase(), `${nonce}0`, nonce.slice(1), `${nonce}\n`)),
        (text) => {
          fc.pre(!/^[0-9a-f]{16}$/.test(text));
          expect(() => composeScript(text, [])).toThrow(`expected a nonce of 16 hex digits, got "${text}"`);
        },
      ),
    );
  });

  it('refuses every endpoint that could mean anything to a shell', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'\'"`$\\;|&<>()*?#! \n\t{}[]@%+,='), minLength: 1 }), fc.nat(9), (bad, at) => {
        const good = 'a.example';
        const url = `https://${good.slice(0, at)}${bad}${good.slice(at)}`;
        expect(() => composeScript(nonce, ['https://fine.example', url])).toThrow(
          'expected a plain https URL as egress endpoint, got "https://',
        );
      }),
    );
    expect(() => composeScript(nonce, ['http://a.example'])).toThrow('got "http://a.example"');
  });

  it('gives a shell exactly the nonce and endpoints that it was given', () => {
    const urls = ['https://a.example:8443/v2/~x/', 'https://b-c.example/_.'];
    const lines = composeScript(nonce, urls, 'Linux', 'off').slice(0, 3);
    const print = `printf '%s|%s|%s' "$NONCE" "$EGRESS" "$PROBE_SERVED"`;
    const said = execFileSync('sh', ['-c', [...lines, print].join('\n')], { encoding: 'utf8' });
    expect(said).toBe(`${nonce}|${urls.join(' ')}|off`);
  });

  it('asks whether a node is served, unless it is told not to', () => {
    for (const [os, line] of [
      ['Linux', 2],
      ['Windows', 2],
    ] as const) {
      expect(composeScript(nonce, [], os)[line]).toContain('on');
      expect(composeScript(nonce, [], os, 'off')[line]).toContain('off');
    }
    // This text runs as root: whatever else is given is no part of it.
    expect(composeScript(nonce, [], 'Linux', '$(reboot)' as 'on')[2]).toBe('PROBE_SERVED=on');
  });

  it('puts the same three lines, in PowerShell, before the body for Windows', () => {
    const [nonce, egress, served, ...rest] = composeScript('0123456789abcdef', ['https://a.example/', 'https://b.example/v2'], 'Windows');
    expect([nonce, egress]).toEqual(["$Nonce = '0123456789abcdef'", "$Egress = 'https://a.example/ https://b.example/v2'"]);
    expect(served).toBe("$ProbeServed = 'on'");
    expect(rest.join('\n')).toBe(windows);
  });

  it('tells the hash of the bodies that ran', () => {
    expect(scriptHash).toBe(createHash('sha256').update(body).update(windows).digest('hex'));
  });
});
