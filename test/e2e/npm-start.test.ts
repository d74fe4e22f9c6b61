import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askSimulator } from '../../local/ask-simulator.ts';
import type { ClusterView } from '../../src/views/clusters.ts';
import type { FleetView } from '../../src/views/fleet.ts';
import type { NodeView } from '../../src/views/nodes.ts';
import type { viewOutage } from '../../src/views/outages.ts';
import type { Page } from '../../src/views/paging.ts';
import { until } from '../host/until.ts';
import { fetchAgain } from './stage.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const sick = 'aks-web-32021725-vmss000002';
const run = promisify(execFile);
/** What is promised where everything is installed. */
const READY_MS = 20_000;
/** Of several sweeps of 10 s. */
const MOST_MS = 180_000;

let dir: string;
let started: ChildProcess | undefined;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'aks-fleet-prober-start-'));
});
afterEach(async () => {
  started?.kill('SIGKILL');
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
});

interface Output {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the start script as "npm start" does, but in a folder of its own. */
function start(args: string[], env: Record<string, string> = {}): { child: ChildProcess; output: Output; exited: Promise<Output> } {
  const child = spawn(process.execPath, ['local/start.ts', '--dir', dir, ...args], { cwd: root, env: { ...process.env, ...env } });
  started = child;
  const output: Output = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (text) => {
    output.stdout += text;
  });
  child.stderr.on('data', (text) => {
    output.stderr += text;
  });
  const exited = new Promise<Output>((resolve) => {
    child.once('close', (code) => {
      output.code = code;
      resolve(output);
    });
  });
  return { child, output, exited };
}

/** Starts it, up to three times where the machine had other work: the quickest tells how long it takes itself. */
async function startQuickly(args: string[]): Promise<ReturnType<typeof start> & { ms: number }> {
  for (let left = 2; ; left--) {
    const begun = performance.now();
    const running = start(args);
    const { child, output, exited } = running;
    await until('the line with the address', () => output.stdout.includes('/api/status') || output.code !== null, 120_000);
    const ms = performance.now() - begun;
    if (ms < READY_MS || output.code !== null || left === 0) return { ...running, ms };
    child.kill('SIGINT');
    await exited;
  }
}

async function fault(...args: string[]): Promise<void> {
  await run(process.execPath, ['local/fault.ts', '--dir', dir, ...args], { cwd: root });
}

/** The commands of a chapter of the guide, as they stand but for the folder. */
async function commandsOf(chapter: string): Promise<string[]> {
  const guide = await readFile(join(root, 'docs', 'guides', 'local.md'), 'utf8');
  const text = guide.slice(guide.indexOf(`## ${chapter}\n`)).split('\n## ')[0]!;
  return [...text.matchAll(/```bash\n([\s\S]*?)```/g)].map(([, command]) => command!.replaceAll('.local/', `${dir}/`));
}

/** Ids of processes that have this test's folder in their command line. */
async function leftovers(): Promise<string> {
  return run('pgrep', ['-f', dir]).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
}

describe('npm start', () => {
  it('shows a fleet, an outage when a node is cut off, its end when it is not, and leaves no process', async () => {
    const { child, output, exited, ms } = await startQuickly(['--port', '0', '--sweep-seconds', '10', '--run-command-seconds', '1']);
    expect(output.stdout).toMatch(/^The status page is at http:.*\/api\/status .*\n$/);
    expect(ms).toBeLessThan(READY_MS);
    const state = JSON.parse(await readFile(join(dir, 'state.json'), 'utf8'));
    expect(Object.keys(state)).toEqual(expect.arrayContaining(['hostUrl', 'simulatorUrl', 'caFile', 'storageConnectionString']));
    const get = async <T>(path: string) => (await (await fetchAgain(`${state.hostUrl}/api/${path}`)).json()) as T;
    // Each once, under its id: an event is sent again where nobody knows that it was accepted.
    const telemetry = async (name: string) => {
      const { text } = await askSimulator({ url: state.simulatorUrl, caFile: state.caFile }, 'GET', '/control/telemetry');
      const envelopes = JSON.parse(text) as { data: { baseData: { name: string; properties: Record<string, string> } } }[];
      const events = envelopes.map(({ data }) => data.baseData).filter((event) => event.name === name && event.properties.node === sick);
      return [...new Map(events.map((event) => [event.properties.eventId, event])).values()];
    };

    const fleet = await until(
      'a first sweep of all nodes',
      async () => {
        const seen = await get<FleetView>('fleet');
        // The day before that it begins with knows only the nodes that are probed.
        return seen.nodes.reachable === 33 && seen.nodes.known === 39 && seen.lastSweep !== null && seen;
      },
      MOST_MS,
    );
    expect(fleet.subscriptions.known).toBeGreaterThanOrEqual(3);
    expect(fleet.clusters.known).toBeGreaterThanOrEqual(5);
    expect(fleet.nodes).toEqual({ known: 39, reachable: 33, notServed: 0, unreachable: 0, unknown: 0, notProbed: 6 });
    const clusters = (await get<Page<ClusterView>>('clusters')).items;
    const nodes = (await Promise.all(clusters.map(({ cluster }) => get<Page<NodeView>>(`clusters/${cluster}/nodes`)))).flatMap(
      ({ items }) => items,
    );
    const reasons = nodes.filter(({ verdict }) => verdict === 'notProbed').map(({ reason }) => reason);
    expect(reasons.sort()).toEqual([
      'ClusterStopped',
      'ClusterStopped',
      'ClusterStopped',
      'Deallocated',
      'NodeGroupLocked',
      'NodeGroupLocked',
    ]);
    expect((await fetchAgain(`${state.hostUrl}/api/health`)).status).toBe(200);
    // Where a busy machine draws out three sweeps of 10 s, the page says meanwhile that what it shows is old.
    await until(
      'a page that says so',
      async () =>
        (await (await fetchAgain(`${state.hostUrl}/api/status`)).text()).includes('All 33 nodes that were asked reach their API servers'),
      MOST_MS,
    );

    // Everything is installed here: what "npm run" does before would install it anew under the tests where it was installed by hand.
    const env = { ...process.env, npm_config_ignore_scripts: 'true' };
    const said: string[] = [];
    const [byHttp, byCli, asking] = (await commandsOf('Check one node')) as [string, string, string];
    for (const command of [byHttp, byCli]) said.push((await run('sh', ['-c', command], { cwd: root, env })).stdout);
    // In the same shell as a reader's; the last command watches until it is interrupted.
    const [address] = byHttp.split('\n');
    const listed = await run('sh', ['-c', `${address}\n${asking.replace(/^.* watch .*$/m, '')}`], { cwd: root, env });
    expect(listed.stdout).toContain('shop-prod');
    expect(said.map((text) => text.match(/Connectivity check: succeeded/g)?.length)).toEqual([1, 1]);
    expect(said[1]).toContain('Nothing to fix');

    await fault('set', sick, 'refused');
    const [open] = await until('the open outage', async () => nonEmpty((await get<Page<OutageView>>('outages?state=open')).items), MOST_MS);
    expect(open).toMatchObject({ subject: { kind: 'node', node: sick }, reason: 'ConnectionRefused', stage: 'tcp', end: null });
    expect(await until('its event', async () => nonEmpty(await telemetry('NodeOutageStarted')), MOST_MS)).toHaveLength(1);
    const toWebhook = async () => {
      const { text } = await askSimulator({ url: state.simulatorUrl, caFile: state.caFile }, 'GET', '/control/webhooks');
      const sent = JSON.parse(text) as {
        headers: Record<string, string>;
        body: { type: string; data: { properties: Record<string, string> } };
      }[];
      return nonEmpty(sent.filter(({ body }) => body.type.includes('NodeOutageStarted') && body.data.properties.node === sick));
    };
    const [signed] = await until('its event at the webhook', toWebhook, MOST_MS);
    expect(signed!.headers).toMatchObject({ 'webhook-signature': expect.stringMatching(/^v1,/) });
    const shop = clusters.find(({ name }) => name === 'shop-prod')!;
    // Between two sweeps that a busy machine makes slow, a verdict of 10-second sweeps may be out of date for a moment.
    const node = await until(
      'the verdict of the sick node',
      async () => {
        const seen = await get<NodeView>(`clusters/${shop.cluster}/nodes/${sick}`);
        return seen.reason !== 'Stale' && seen;
      },
      MOST_MS,
    );
    expect(node).toMatchObject({
      verdict: 'unreachable',
      reason: 'ConnectionRefused',
      status: {
        conditions: [
          { type: 'Reachable', status: 'False' },
          { type: 'Served', status: 'Unknown' },
        ],
      },
    });
    expect(await (await fetchAgain(`${state.hostUrl}/api/status`)).text()).toContain('cannot reach the API server');

    await fault('clear', sick);
    const [ended] = await until('the event of its end', async () => nonEmpty(await telemetry('NodeOutageEnded')), MOST_MS);
    expect(ended?.properties.message).toMatch(/^Connectivity restored after \d/);
    expect((await get<Page<OutageView>>('outages?state=open')).items).toEqual([]);
    expect(await telemetry('NodeOutageStarted')).toHaveLength(1);

    child.kill('SIGINT');
    expect((await exited).code).toBe(0);
    expect(await leftovers()).toBe('');
  }, 900_000);

  it.skipIf(process.platform !== 'linux')(
    'says what it waits for where storage takes long to start, and goes on when it is there',
    async () => {
      const { child, output, exited } = start(['--port', '0', '--sweep-seconds', '60']);
      const storage = () =>
        run('pgrep', ['-f', `azurite.js .*${dir}`]).then(
          ({ stdout }) => Number(stdout),
          () => 0,
        );
      const pid = await until('the process of Azurite', storage, 60_000);
      process.kill(pid, 'SIGSTOP');
      await until('the line that tells of it', () => output.stderr.includes('Waiting for Azurite, which has taken '), 60_000);
      process.kill(pid, 'SIGCONT');
      await until('the line with the address', () => output.stdout.includes('/api/status'), 120_000);
      child.kill('SIGINT');
      expect((await exited).code).toBe(0);
    },
    300_000,
  );

  it.skipIf(process.platform !== 'linux')(
    'restarts an app that exited, as Azure does, and says so; one that keeps exiting ends the run',
    async () => {
      const { output, exited } = start(['--port', '0', '--sweep-seconds', '60']);
      await until('the line with the address', () => output.stdout.includes('/api/status'), 120_000);
      const url = /http:\S+(?=\/api\/status)/.exec(output.stdout)![0];
      const kill = async () => {
        const found = await run('pgrep', ['-f', `host/main.ts .*${dir}`]).catch(() => ({ stdout: '' }));
        for (const pid of found.stdout.split('\n').filter(Boolean)) process.kill(Number(pid), 'SIGKILL');
      };
      const deaths = () => output.stderr.split('The app exited (SIGKILL); its last lines are above. Starting it again').length - 1;
      await kill();
      await until('the line that tells of it', () => deaths() === 1, 60_000);
      // Not /api/health, which waits for a whole sweep.
      const answers = () =>
        fetch(`${url}/api/openapi.json`).then(
          ({ status }) => status === 200,
          () => false,
        );
      await until('the app to be there again', answers, 60_000);
      const over = Date.now() + 120_000;
      while (output.code === null && Date.now() < over) {
        await kill();
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      expect((await exited).code).toBe(1);
      expect(output.stderr).toContain('The app kept exiting (SIGKILL)');
      expect(await leftovers()).toBe('');
    },
    300_000,
  );

  it('lists every mistake at once, before anything runs', async () => {
    const { exited } = start(['--sweep-seconds', '7', '--loud', '--port', 'x', 'more'], {
      SUBSCRIPTIONS: 'nonsense',
      FAILURE_THRESHOLD: '0',
    });
    const { code, stderr, stdout } = await exited;
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatchInlineSnapshot(`
      "Nothing was started:
      Unknown option '--loud'
      expected nothing but options, got "more"
      --port: expected a number from 0 to 65535, got "x"
      --sweep-seconds: expected a divisor of 60, or whole minutes that divide an hour, got "7"
      2 invalid settings; correct them and start again:
        SUBSCRIPTIONS: expected comma-separated subscription ids (GUIDs), got "nonsense"
        FAILURE_THRESHOLD: expected a whole number from 1 to 20, got "0"
      "
    `);
  });

  it('says in one sentence what to do when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const { code, stderr } = await start(['--port', String(port)]).exited;
    other.close();
    expect(code).toBe(1);
    expect(stderr.trim()).toBe(`Port ${port} is taken: stop the program that uses it, or give another with "npm start -- --port N".`);
  });

  it('says in one sentence what to do when kubectl cannot be run', async () => {
    const { code, stderr } = await start(['--port', '0'], { KUBECTL: '/nowhere/kubectl' }).exited;
    expect(code).toBe(1);
    expect(stderr.trim()).toBe('Expected KUBECTL to name a kubectl that runs, got "/nowhere/kubectl": correct or unset it.');
  });

  it('refuses to run twice in one folder', async () => {
    await writeFile(join(dir, 'state.json'), JSON.stringify({ pid: process.pid, hostUrl: 'http://127.0.0.1:7071' }));
    const { code, stderr } = await start(['--port', '0']).exited;
    expect(code).toBe(1);
    expect(stderr.trim()).toBe(
      `It is already running at http://127.0.0.1:7071 (process ${process.pid}): stop that one first, or give another folder with "--dir DIR".`,
    );
  });
});

type OutageView = ReturnType<typeof viewOutage>;

function nonEmpty<T>(items: T[]): [T, ...T[]] | undefined {
  return items.length > 0 ? (items as [T, ...T[]]) : undefined;
}
