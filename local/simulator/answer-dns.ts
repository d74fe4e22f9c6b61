import { isIPv6 } from 'node:net';
import type { Lookup } from './plan-world.ts';

const headerBytes = 12;
const typeA = 1;
const typeAaaa = 28;
const secondsToLive = 5;
const codes = { unknown: 3, servfail: 2, refused: 5 };

/**
 * Answers one DNS query over UDP (RFC 1035) for the addresses of a name, or with the code of why there are none.
 *
 * @returns undefined where no answer is sent: the resolver is silent, or the packet was not a query.
 */
export async function answerDns(query: Buffer, lookup: Lookup): Promise<Buffer | undefined> {
  const question = readQuestion(query);
  if (question === undefined) return undefined;
  const { name, type, end } = question;
  const found = await lookup(name);
  if (found === 'silent') return undefined;
  const code = typeof found === 'string' && found in codes ? codes[found as keyof typeof codes] : 0;
  const addresses = code !== 0 || found === 'empty' ? [] : [found].flat().filter((each) => isIPv6(each) === (type === typeAaaa));
  const header = Buffer.alloc(headerBytes);
  query.copy(header, 0, 0, 2);
  // Response, authoritative, recursion desired and available; then the code.
  header.writeUInt16BE(0x8580 | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  return Buffer.concat([header, query.subarray(headerBytes, end), ...addresses.map((address) => addressRecord(type, address))]);
}

function readQuestion(query: Buffer): { name: string; type: number; end: number } | undefined {
  const labels: string[] = [];
  let at = headerBytes;
  for (let length = query[at]; length !== 0; length = query[at]) {
    if (length === undefined || length > 63) return undefined;
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const end = at + 5;
  if (query.length < end) return undefined;
  const type = query.readUInt16BE(at + 1);
  return type === typeA || type === typeAaaa ? { name: labels.join('.'), type, end } : undefined;
}

function bytesOf(address: string): number[] {
  if (!isIPv6(address)) return address.split('.').map(Number);
  const [head = '', tail] = address.split('::');
  const groups = (text: string | undefined) => (text ? text.split(':') : []);
  const zeros = Array(8 - groups(head).length - groups(tail).length).fill('0');
  return [...groups(head), ...(tail === undefined ? [] : zeros), ...groups(tail)].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
}

function addressRecord(type: number, address: string): Buffer {
  const data = bytesOf(address);
  const record = Buffer.alloc(12 + data.length);
  // A pointer to the name in the question, the type, class IN.
  record.writeUInt16BE(0xc000 | headerBytes, 0);
  record.writeUInt16BE(type, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE(secondsToLive, 6);
  record.writeUInt16BE(data.length, 10);
  record.set(data, 12);
  return record;
}
