import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { findKubectl } from '../../local/kubectl.ts';
import { type FleetFile, parseFleet } from '../../local/simulator/fleet-schema.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../local/simulator/start-simulator.ts';

/** What the tests read of Azure's bodies. */
type AzureBody = {
  error: { code: string; message: string; details?: { code: string; message: string }[] };
  value: { code: string; message: string; name: string }[];
  nextLink?: string;
  status: string;
  access_token: string;
};

/** What the tests read of the control routes' bodies. */
type ControlBody = Record<string, unknown>;

/** An answer, its body parsed where it is JSON. */
type Answer<Body = AzureBody> = { status: number; headers: IncomingHttpHeaders; body: Body };

/** A simulator with a folder of its own, spoken to over its real HTTPS. */
export type Conversation = {
  simulator: Simulator;
  dir: string;
  /** Any request, with the headers given. */
  ask<Body = AzureBody>(
    method: string,
    pathOrUrl: string,
    options?: { body?: unknown; headers?: Record<string, string> },
  ): Promise<Answer<Body>>;
  token(resource: string): Promise<string>;
  /** A request to Azure Resource Manager with a good token; `api-version` is added where there is none. */
  arm(method: string, pathOrUrl: string, body?: unknown): Promise<Answer>;
  setFault(target: string, fault: string): Promise<Answer<ControlBody>>;
  clearFault(target: string): Promise<Answer<ControlBody>>;
  /** Starts a script on an instance. */
  start(instance: string, script: string[]): Promise<Answer>;
  /** Follows the `Location` of a 202 until there is a result. */
  finish(accepted: Answer): Promise<Answer>;
  /** The message of a script's run. */
  run(instance: string, script: string[]): Promise<string>;
  end(): Promise<void>;
};

export async function converse(fleet: FleetFile, options: Partial<SimulatorOptions> = {}): Promise<Conversation> {
  const dir = await mkdtemp(join(tmpdir(), 'simulator-test-'));
  const simulator = await startSimulator({
    fleet: parseFleet(fleet, 'The test fleet'),
    dir,
    runCommandSeconds: 0.05,
    kubectl: options.kubectl ?? (await findKubectl()),
    ...options,
  }).catch(async (error) => {
    await rm(dir, { recursive: true, force: true });
    throw error;
  });
  const ca = await readFile(simulator.caFile, 'utf8');

  const ask: Conversation['ask'] = (method, pathOrUrl, { body, headers } = {}) =>
    new Promise((resolve, reject) => {
      const sent = request(new URL(pathOrUrl, simulator.url), { method, ca, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: JSON.parse(text === '' ? '{}' : text) });
        });
      });
      sent.on('error', reject);
      sent.end(body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
    });

  const token: Conversation['token'] = async (resource) => {
    const path = `/msi/token?resource=${encodeURIComponent(resource)}&api-version=2019-08-01`;
    const answer = await ask('GET', path, { headers: { 'x-identity-header': simulator.identityHeader } });
    return answer.body.access_token;
  };

  const armToken = await token(simulator.url);
  const arm: Conversation['arm'] = (method, pathOrUrl, body) => {
    const url = new URL(pathOrUrl, simulator.url);
    if (!url.searchParams.has('api-version')) url.searchParams.set('api-version', '2026-04-01');
    return ask(method, url.href, { body, headers: { authorization: `Bearer ${armToken}` } });
  };
  const start: Conversation['start'] = (instance, script) => arm('POST', `${instance}/runCommand`, { commandId: 'RunShellScript', script });
  const finish: Conversation['finish'] = (accepted) =>
    vi.waitFor(
      async () => {
        const answer = await arm('GET', String(accepted.headers.location));
        if (answer.status === 202) throw new Error('The run is still in progress.');
        return answer;
      },
      // Only so many scripts run at once, and those that wait are in progress, too.
      { timeout: 170_000, interval: 30 },
    );

  return {
    simulator,
    dir,
    ask,
    token,
    arm,
    setFault: (target, fault) => ask('PUT', `/control/faults/${encodeURIComponent(target)}`, { body: { fault } }),
    clearFault: (target) => ask('DELETE', `/control/faults/${encodeURIComponent(target)}`),
    start,
    finish,
    async run(instance, script) {
      const accepted = await start(instance, script);
      if (accepted.status !== 202) throw new Error(`Expected 202, got ${accepted.status}: ${JSON.stringify(accepted.body)}`);
      return (await finish(accepted)).body.value[0]?.message ?? '';
    },
    async end() {
      await simulator.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
