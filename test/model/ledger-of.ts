import { emptyLedger, type Ledger } from '../../src/model/ledger.ts';
import type { ReasonCode } from '../../src/model/reasons.ts';

/** A ledger of so many nodes by `verdict/reason`. */
export function ledgerOf(nodes: Readonly<Record<string, number>>): Ledger {
  const ledger: Ledger = { ...emptyLedger, byReason: {}, unknownByReason: {} };
  for (const [key, count] of Object.entries(nodes)) {
    const [verdict, reason] = key.split('/') as ['reachable' | 'unreachable' | 'unknown' | 'notProbed', ReasonCode];
    ledger.known += count;
    ledger[verdict] += count;
    ledger.byReason[reason] = (ledger.byReason[reason] ?? 0) + count;
    if (verdict === 'unknown') ledger.unknownByReason[reason] = (ledger.unknownByReason[reason] ?? 0) + count;
  }
  return ledger;
}
