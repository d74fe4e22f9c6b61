import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { NodeOs } from '../model/node.ts';

// The build replaces these calls by the text of the files (scripts/build.ts), so that the scripts' bodies are fixed.
const linux = readFileSync(new URL('./linux.sh', import.meta.url), 'utf8');
const windows = readFileSync(new URL('./windows.ps1', import.meta.url), 'utf8');
// Once, since each probe sends them.
const linuxLines = linux.split('\n');
const windowsLines = windows.split('\n');

/** SHA-256 of the scripts' bodies. It is reported with each sweep, so that an operator can verify what ran on the nodes. */
export const scriptHash = createHash('sha256').update(linux).update(windows).digest('hex');

/** Whether a node that reached its API server also asks it for its own node object: one request more. */
export type ProbeServed = 'on' | 'off';

/**
 * Composes a script from three variable lines and the fixed body. Run Command's own `parameters` are not used: Azure rewrites the script for them (azure-cli#10400).
 *
 * @param nonce - 16 hex digits, new for each probe.
 * @param egress - https URLs, each with `=<IPv4 address>` if it is known; checked here, as this text runs as root.
 * @returns the script as the lines of a Run Command request.
 * @throws Error if the nonce or an endpoint contains anything that a shell could interpret.
 */
export function composeScript(nonce: string, egress: readonly string[], os: NodeOs = 'Linux', probeServed: ProbeServed = 'on'): string[] {
  if (!/^[0-9a-f]{16}$/.test(nonce)) throw new Error(`expected a nonce of 16 hex digits, got "${nonce}"`);
  const unsafe = egress.find((place) => !/^https:\/\/[\w.:/~-]+(=\d{1,3}(\.\d{1,3}){3})?$/.test(place));
  if (unsafe !== undefined) throw new Error(`expected a plain https URL as egress endpoint, got "${unsafe}"`);
  // .NET cannot be told the address of a name.
  const endpoints = egress.map((place) => (os === 'Windows' ? place.split('=')[0] : place)).join(' ');
  const served = probeServed === 'off' ? 'off' : 'on';
  if (os === 'Windows') return [`$Nonce = '${nonce}'`, `$Egress = '${endpoints}'`, `$ProbeServed = '${served}'`, ...windowsLines];
  return [`NONCE='${nonce}'`, `EGRESS='${endpoints}'`, `PROBE_SERVED=${served}`, ...linuxLines];
}
