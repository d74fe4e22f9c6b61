import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { judgeAudit } from '../../scripts/audit.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Runs `npm run audit` against a registry that knows one advisory about zod, or cannot answer. */
async function auditAgainst(severity: string | undefined): Promise<{ code: number; said: string }> {
  const server = createServer((request, response) => {
    request.resume();
    if (severity === undefined) return void response.writeHead(405).end('{"message":"no such service here"}');
    const about = { id: 1, url: 'https://example.com/advisory', title: 'a planted weakness', severity, vulnerable_versions: '*' };
    const name = decodeURIComponent(request.url!.slice(1));
    const packument = { name, versions: { '4.6.7': { name, version: '4.6.7' } } };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(request.method === 'POST' ? { zod: [about] } : packument));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  const registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  // npm keeps advisories.
  const cache = mkdtempSync(join(tmpdir(), 'aks-fleet-prober-audit-'));
  closing.push(() => rmSync(cache, { recursive: true }));
  const env = { ...process.env, npm_config_registry: registry, npm_config_fetch_retries: '0', npm_config_cache: cache };
  const child = spawn('npm', ['run', '--silent', 'audit'], { cwd: root, env });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk;
    });
  const [code] = await once(child, 'close');
  return { code, said };
}

describe('npm run audit', () => {
  it('fails for a weakness that is high, and names the package and the advisory', async () => {
    const { code, said } = await auditAgainst('high');
    expect(said).toContain('zod (high): a planted weakness, https://example.com/advisory');
    expect(code).toBe(1);
  });

  it('goes on where a weakness is moderate', async () => {
    expect(await auditAgainst('moderate')).toEqual({
      code: 0,
      said: 'No runtime dependency has a known weakness that is high or critical.\n',
    });
  });

  it('says so and goes on where the registry cannot answer', async () => {
    const { code, said } = await auditAgainst(undefined);
    expect(said).toMatch(/^The registry could not say whether the runtime dependencies have known weaknesses: .*405/);
    expect(code).toBe(0);
  });
});

it.each(['', 'Killed', '{}', '[]', '{"message":"","error":{}}'])(
  'output that is no report, such as %j, fails nothing and is shown',
  (output) => {
    expect(judgeAudit(output)).toMatchObject({ failed: false, text: expect.stringContaining('could not say') });
  },
);
