import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { startHost } from '../../local/host/start-host.ts';
import { createCertificateAuthority } from '../../local/simulator/certificate-authority.ts';
import type { FleetView } from '../../src/views/fleet.ts';
import { until } from '../host/until.ts';
import { fetchAgain, quickSweeps, type Stage, setStage } from './stage.ts';

const MOST_MS = 120_000;
const subscription = 'aaaaaaaa-0000-4000-8000-000000000008';
const common = { resourceGroup: 'rg', location: 'westeurope', kubernetesVersion: '1.33.5' };
const fleet = {
  subscriptions: [{ id: subscription, name: 'One', clusters: [{ ...common, name: 'shop', pools: [{ name: 'web', count: 3 }] }] }],
};

describe('an app that has no key of its storage account', () => {
  let dir: string;
  let storage: Azurite;
  let stage: Stage;
  let env: Record<string, string>;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'aks-fleet-prober-identity-'));
    const authority = await createCertificateAuthority('an authority of storage');
    const pair = await authority.issue('server', { commonName: 'storage', ipAddresses: ['127.0.0.1'] });
    const tls = { certificate: join(dir, 'storage.pem'), key: join(dir, 'storage.key') };
    await Promise.all([writeFile(tls.certificate, pair.certificate), writeFile(tls.key, pair.key)]);
    [storage, stage] = await Promise.all([startAzurite({ tls }), setStage(fleet)]);
    const authorities = join(dir, 'authorities.pem');
    await writeFile(authorities, `${authority.certificate}\n${await readFile(stage.simulator.caFile, 'utf8')}`);
    const { blob, queue, table } = storage.serviceUris;
    env = {
      ...stage.simulator.env,
      ...quickSweeps(20),
      NODE_EXTRA_CA_CERTS: authorities,
      AzureWebJobsStorage__blobServiceUri: blob,
      AzureWebJobsStorage__queueServiceUri: queue,
      AzureWebJobsStorage__tableServiceUri: table,
      AzureWebJobsStorage__credential: 'managedidentity',
    };
  }, MOST_MS);
  afterAll(async () => {
    await stage?.end();
    await storage?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('signs in to its queues and tables with tokens, sweeps, and finds an outage', { timeout: 3 * MOST_MS }, async () => {
    const log: string[] = [];
    const host = await startHost({ appDir: inject('appDir'), env, onLog: (line) => log.push(line) });
    try {
      const seen = async () => (await (await fetchAgain(`${host.url}/api/fleet`)).json()) as FleetView;
      await until('a sweep of all nodes', async () => (await seen()).nodes.reachable === 3 && (await seen()).lastSweep, MOST_MS);
      await stage.setFault(`${subscription}.rg.shop`, 'refused');
      await until('the outage', async () => (await seen()).openOutages > 0, MOST_MS);
      await until('its event', async () => (await stage.events('ClusterOutageStarted')).length === 1, MOST_MS);
      expect(log.filter((line) => /AuthenticationFailed|AuthorizationFailure|SharedKey/.test(line))).toEqual([]);
    } finally {
      await host.stop();
    }
  });

  it('is refused without one', async () => {
    const { status } = await fetchUntrusted(`${storage.serviceUris.table}/Tables`);
    expect(status).toBe(403);
  });

  /** Asks without a token, whatever the certificate. */
  async function fetchUntrusted(url: string): Promise<{ status: number | undefined }> {
    const { request } = await import('node:https');
    return new Promise((resolve, reject) => {
      request(url, { rejectUnauthorized: false }, (answer) => {
        answer.resume();
        resolve({ status: answer.statusCode });
      })
        .on('error', reject)
        .end();
    });
  }
});
