import { expect, test } from 'vitest';
import { answerDns } from '../../local/simulator/answer-dns.ts';

/** A query of a stub resolver: id 0x1234, recursion desired, one question. */
function queryFor(name: string, type: number): Buffer {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([Buffer.from('123401000001000000000000', 'hex'), ...labels, Buffer.from([0, 0, type, 0, 1])]);
}

const lookup = (name: string) => (name === 'api.example' ? '198.51.100.4' : name === 'mute.example' ? 'silent' : 'unknown');
const codeAndCount = (answer: Buffer | undefined) =>
  answer && [answer.readUInt16BE(0), answer.readUInt16BE(2) & 15, answer.readUInt16BE(6)];

test('a known name has its address, and no IPv6 address', async () => {
  const answer = await answerDns(queryFor('api.example', 1), lookup);
  expect(codeAndCount(answer)).toEqual([0x1234, 0, 1]);
  expect([...(answer?.subarray(-4) ?? [])]).toEqual([198, 51, 100, 4]);
  expect(codeAndCount(await answerDns(queryFor('api.example', 28), lookup))).toEqual([0x1234, 0, 0]);
});

test('an unknown name is NXDOMAIN', async () => {
  expect(codeAndCount(await answerDns(queryFor('no.example', 1), lookup))).toEqual([0x1234, 3, 0]);
});

test('a silent resolver, a cut query and another type get nothing', async () => {
  expect(await answerDns(queryFor('mute.example', 1), lookup)).toBeUndefined();
  expect(await answerDns(queryFor('api.example', 1).subarray(0, 20), lookup)).toBeUndefined();
  expect(await answerDns(Buffer.alloc(3), lookup)).toBeUndefined();
  expect(await answerDns(queryFor('api.example', 16), lookup)).toBeUndefined();
});
