import { isIPv4 } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const KEPT_MS = 10 * 60_000;
const PATIENCE_MS = 2_000;

/** Tells where the diagnosis goes besides the API server: URLs, each with `=<address>` where its address is known here. */
export type EgressPlaces = () => Promise<readonly string[]>;

async function withAddress(url: string, resolve: (host: string) => Promise<string>): Promise<string> {
  const address = await Promise.race([resolve(new URL(url).hostname), sleep(PATIENCE_MS, '', { ref: false })]).catch(() => '');
  return isIPv4(address) ? `${url}=${address}` : url;
}

// Loaded when it is first needed: most instances resolve nothing.
async function addressOf(host: string): Promise<string> {
  const { lookup } = await import('node:dns/promises');
  return (await lookup(host, { family: 4 })).address;
}

/**
 * Resolves the endpoints for nodes on which DNS is dead: by an address they can still tell whether anything else works. Kept for ten minutes.
 *
 * @param endpoints - https URLs, validated by `readSettings`.
 */
export function openEgressPlaces(endpoints: readonly string[], resolve = addressOf, now = () => Date.now()): EgressPlaces {
  let kept: { until: number; places: Promise<readonly string[]> } | undefined;
  return () => {
    if (kept === undefined || kept.until <= now())
      kept = { until: now() + KEPT_MS, places: Promise.all(endpoints.map((url) => withAddress(url, resolve))) };
    return kept.places;
  };
}
