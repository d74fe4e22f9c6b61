import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

// "npm run audit": fails where a runtime dependency has a known weakness of severity high or critical. A registry that cannot answer, such as a mirror
// without this service, fails nothing; that it was not asked is said.

const WITHIN_MS = 120_000;

const count = z.number().int().nonnegative();
const report = z.object({
  vulnerabilities: z.record(z.string(), z.object({ severity: z.string(), via: z.array(z.unknown()) })),
  metadata: z.object({ vulnerabilities: z.object({ high: count, critical: count }) }),
});
const refusal = z.object({ message: z.string().optional(), error: z.object({ summary: z.string().optional() }).optional() });
const advisory = z.object({ title: z.string(), url: z.string() });

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * What `npm audit --json` came to. Pure.
 *
 * @returns `failed` only where it names weaknesses that are high or critical; `text` is for people.
 */
export function judgeAudit(output: string): { failed: boolean; text: string } {
  const said = parse(output);
  const found = report.safeParse(said);
  if (!found.success) {
    const { message, error } = refusal.safeParse(said).data ?? {};
    const why = message || error?.summary || output.trim() || 'no answer';
    return {
      failed: false,
      text: `The registry could not say whether the runtime dependencies have known weaknesses: ${why.slice(0, 300)}`,
    };
  }
  const { vulnerabilities, metadata } = found.data;
  const { high, critical } = metadata.vulnerabilities;
  if (high + critical === 0) return { failed: false, text: 'No runtime dependency has a known weakness that is high or critical.' };
  const lines = Object.entries(vulnerabilities)
    .filter(([, { severity }]) => severity === 'high' || severity === 'critical')
    .map(([name, { severity, via }]) => {
      const known = via.flatMap((each) => advisory.safeParse(each).data ?? []);
      return `  ${name} (${severity})${known.map(({ title, url }) => `: ${title}, ${url}`).join('')}`;
    });
  const head = `Expected runtime dependencies without a known weakness that is high or critical, got ${high + critical}:`;
  return { failed: true, text: [head, ...lines, 'Update them, or the package that brings them, and run it again.'].join('\n') };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const npm = process.env.npm_execpath;
  const args = ['audit', '--omit=dev', '--audit-level=high', '--json'];
  const [command, all] = npm ? [process.execPath, [npm, ...args]] : ['npm', args];
  const { stdout, error } = spawnSync(command, all, { encoding: 'utf8', timeout: WITHIN_MS, maxBuffer: 50_000_000 });
  const { failed, text } = judgeAudit(stdout || String(error ?? ''));
  (failed ? console.error : console.log)(text);
  process.exitCode = failed ? 1 : 0;
}
