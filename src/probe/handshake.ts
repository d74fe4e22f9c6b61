import type { ReasonCode } from '../model/reasons.ts';
import { type Facts, numberOf } from './facts.ts';

/** Requests in plain text that are tried, and the padding of the largest, as in the script. */
const SMALL_ONES = 5;
const LARGEST = 1_400;
/** The kernel sends a lost packet again after a second: times that differ by more than this had losses. */
const RESENT_MS = 900;
const SLOW_MS = 1_000;

/**
 * Why a TLS handshake failed. A live API server answers plain text with 400, whatever becomes of TLS on the way, so what became of small and of growing requests
 * in plain text tells a path that loses packets, one that swallows large ones and one that is slow from an API server that hangs.
 *
 * @param otherwise - what it is if none of these was measured, or they tell nothing.
 */
export function handshakeReason(facts: Facts, otherwise: ReasonCode): ReasonCode {
  const [, heardText, fastest, slowest] = /^(\d) of 5 in (\d*)-(\d*) ms$/.exec(facts.get('small') ?? '') ?? [];
  // Windows tries one request alone.
  if (heardText === undefined) return facts.get('plain') === 'silent' && otherwise === 'TlsTimedOut' ? 'ServerSilent' : otherwise;
  const heard = Number(heardText);
  if (heard === 0) return facts.get('plain') === 'closed' ? 'ConnectionReset' : otherwise === 'TlsTimedOut' ? 'ServerSilent' : otherwise;
  if (facts.get('plain') !== '400' || otherwise !== 'TlsTimedOut') return otherwise;
  const [least = 0, most = 0] = [numberOf(fastest), numberOf(slowest)];
  if (heard < SMALL_ONES || most - least > RESENT_MS) return 'PacketLoss';
  if (least > SLOW_MS) return 'SlowPath';
  return (numberOf(facts.get('largest')) ?? LARGEST) < LARGEST ? 'PacketsTooLarge' : otherwise;
}
