import type { Lookup } from './plan-world.ts';

const headerBytes = 12;
const typeA = 1;
const typeAaaa = 28;
const secondsToLive = 5;

/**
 * Answers one DNS query over UDP (RFC 1035): an address for type A, nothing for AAAA, NXDOMAIN for a name that is unknown.
 *
 * @returns undefined where no answer is sent: the resolver is silent, or the packet was not a query.
 */
export function answerDns(query: Buffer, lookup: Lookup): Buffer | undefined {
  const question = readQuestion(query);
  if (question === undefined) return undefined;
  const { name, type, end } = question;
  const found = lookup(name);
  if (found === 'silent') return undefined;
  const isKnown = found !== 'unknown';
  const answers = isKnown && type === typeA ? [addressRecord(found)] : [];
  const header = Buffer.alloc(headerBytes);
  query.copy(header, 0, 0, 2);
  // Response, authoritative, recursion desired and available; then the code: 0 or NXDOMAIN.
  header.writeUInt16BE(isKnown ? 0x8580 : 0x8583, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(answers.length, 6);
  return Buffer.concat([header, query.subarray(headerBytes, end), ...answers]);
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

function addressRecord(address: string): Buffer {
  const record = Buffer.alloc(16);
  // A pointer to the name in the question, type A, class IN.
  record.writeUInt16BE(0xc000 | headerBytes, 0);
  record.writeUInt16BE(typeA, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE(secondsToLive, 6);
  record.writeUInt16BE(4, 10);
  record.set(address.split('.').map(Number), 12);
  return record;
}
