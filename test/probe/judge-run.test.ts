import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeRun } from '../../src/probe/judge-run.ts';

const nonce = '0123456789abcdef';
const vmId = 'e4f93719-5f56-41c5-81b3-7bebd88aa328';
const asked = { vmId, serverNames: [] };
const linux = (stdout: string) => [{ code: 'ProvisioningState/succeeded', message: `Enable succeeded: \n[stdout]\n${stdout}\n[stderr]\n` }];
const frame = (exit: number, facts = '') => `\nAFP1 begin ${nonce}\nmachine=${vmId}\n${facts}AFP1 end ${nonce} rc=${exit}\n`;

it('judges the complete frame of a run', () => {
  expect(judgeRun(linux(frame(0, 'ms=20\nserver=v1.33.5\nkubeconfig=ok\n')), nonce, asked).verdict).toEqual({
    verdict: 'reachable',
    reason: 'Reachable',
    message: 'kubectl version succeeded (server v1.33.5)',
    latencyMs: 20,
  });
});

it('tells Azure’s answer with its keys in the order in which Azure writes them, whatever the SDK makes of it', () => {
  const message = linux(frame(0))[0]!.message;
  const [given] = [
    { level: 'Info', message, time: '2026-11-21T09:35:00Z', displayStatus: 'Provisioning succeeded', code: 'ProvisioningState/succeeded' },
  ];
  const { response } = judgeRun([given!], nonce, asked);
  expect(Object.keys(JSON.parse(response!).value[0])).toEqual(['code', 'displayStatus', 'level', 'message', 'time']);
  expect(response).toMatch(
    /^\{\n {2}"value": \[\n {4}\{\n {6}"code": "ProvisioningState\/succeeded",\n {6}"displayStatus": "Provisioning succeeded",\n {6}"level": "Info",\n {6}"message": /,
  );
});

describe('what is no complete frame of this run is unknown, kept in 2 KB, and no crash', () => {
  it.each<[string, Parameters<typeof judgeRun>[0]]>([
    ['no entry', []],
    ['an entry without message', [{ code: 'ProvisioningState/succeeded' }]],
    ['nothing printed', linux('')],
    ['another version of the protocol', linux(frame(0).replaceAll('AFP1', 'AFP9'))],
    ['a message of 1 MB', linux('x'.repeat(1_000_000))],
    ['a message of 1 MB before an end mark alone', linux(`${'\u0000é'.repeat(250_000)}\nAFP1 end ${nonce} rc=0\n`)],
    ['NUL bytes in the mark', linux(frame(0).replace('end', 'e\u0000nd'))],
    ['ANSI codes around the mark', linux(`\nAFP1 begin ${nonce}\n\u001b[32mAFP1 end ${nonce} rc=0\u001b[0m\n`)],
    ['ANSI codes in a fact', linux(frame(0, '\u001b[31mms=1\n'))],
    ["the agent's own word of a restart", [{ code: 'ProvisioningState/succeeded', message: "Last script execution didn't finish." }]],
  ])('%s', (_, statuses) => {
    const { verdict, evidence } = judgeRun(statuses, nonce, asked);
    expect(verdict).toMatchObject({ verdict: 'unknown', reason: 'NoProof' });
    expect(Buffer.byteLength(evidence)).toBeLessThanOrEqual(2048);
    expect(evidence).not.toMatch(/[^\P{Cc}\n\t]/u);
  });

  it('whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (noise) => {
        const { verdict, evidence } = judgeRun(linux(noise), nonce, asked);
        expect(verdict.verdict).toBe('unknown');
        expect(Buffer.byteLength(evidence)).toBeLessThanOrEqual(2048);
      }),
      { numRuns: 10_000 },
    );
  });
});

it('keeps no secret that a node says', () => {
  const said = `said=Authorization: Bearer abcdefghijklmnop\nkubeconfig=missing\n`;
  const { verdict, evidence } = judgeRun(linux(frame(1, said)), nonce, asked);
  expect(verdict.verdict).toBe('unreachable');
  expect(`${verdict.message} ${evidence}`).not.toContain('abcdefghijklmnop');
});
