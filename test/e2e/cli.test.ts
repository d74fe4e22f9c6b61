import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { askSimulator } from '../../local/ask-simulator.ts';
import type { FleetPlan } from '../../src/cli/plan.ts';
import { quickSweeps, type Stage, setStage } from './stage.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const subscription = 'dddddddd-0000-4000-8000-000000000001';
const newest = 'dddddddd-0000-4000-8000-000000000003';
const denied = 'dddddddd-0000-4000-8000-000000000002';
const cluster = `${subscription}.rg-one.one`;
const pools = [{ name: 'web', count: 6 }];

let stage: Stage;
let nodes: string[];
let brandNew: string;
let cut: string;
let several: string[];
beforeAll(async () => {
  const one = { name: 'one', resourceGroup: 'rg-one', location: 'westeurope', kubernetesVersion: '1.33.5', pools };
  const two = { ...one, name: 'two', resourceGroup: 'rg-two', pools: [{ name: 'web', count: 3 }] };
  const created = {
    name: 'web',
    type: 'VirtualMachines' as const,
    count: 1,
    instances: { '0': { provisioningState: 'Creating' as const } },
  };
  const fresh = { ...one, name: 'new', resourceGroup: 'rg-new', pools: [created] };
  // Under a long-standing rule that denies the API server.
  const cutOff = { ...one, name: 'cut', resourceGroup: 'rg-cut', pools: [{ name: 'web', count: 1 }] };
  const whole = { ...one, name: 'whole', resourceGroup: 'rg-whole', pools: [{ name: 'web', count: 3 }] };
  const fleet = {
    subscriptions: [
      { id: subscription, name: 'One', clusters: [one] },
      { id: newest, name: 'Three', clusters: [fresh, cutOff, whole] },
      { id: denied, name: 'Two', clusters: [two] },
    ],
  };
  // People have rights of their own, not those that the deployed app is given.
  stage = await setStage(fleet, { roles: undefined });
  nodes = await stage.nodesOf(cluster);
  [brandNew = ''] = await stage.nodesOf(`${newest}.rg-new.new`);
  await stage.setFault(`${denied}.rg-two.two`, 'access-denied');
  await stage.setFault(`${newest}.rg-cut.cut`, 'nsg-denies');
  several = await stage.nodesOf(`${newest}.rg-whole.whole`);
  await stage.setFault(several[1]!, 'refused');
  [cut = ''] = await stage.nodesOf(`${newest}.rg-cut.cut`);
});
afterAll(() => stage.end());

interface Output {
  code: number;
  stdout: string;
  stderr: string;
}

// Each takes a second of a core to load the SDKs.
const few = pLimit(3);
const cli = (...args: string[]) => cliWith({}, ...args);

function cliWith(settings: Record<string, string>, ...args: string[]): Promise<Output> {
  return cliTold(() => {}, settings, ...args);
}

/** Runs the command line; `told` is given all of standard error whenever there is more of it, and what presses Ctrl-C. */
function cliTold(
  told: (stderr: string, interrupt: () => void) => void,
  settings: Record<string, string>,
  ...args: string[]
): Promise<Output> {
  const quick = { FIRST_COLLECT_SECONDS: '2', COLLECT_AGAIN_SECONDS: '1', PROBE_DEADLINE_SECONDS: '30' };
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...stage.simulator.env, ...quick, ...settings };
  const run = () =>
    new Promise<Output>((resolve) => {
      const child = execFile(
        process.execPath,
        [join(inject('commands').dir, 'cli.js'), ...args],
        { cwd: root, env },
        (error, stdout, stderr) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
      );
      let said = '';
      child.stderr?.on('data', (text) => {
        said += text;
        told(said, () => child.kill('SIGINT'));
      });
    });
  return few(run);
}

const vmssOf = (node: string) => node.slice(0, -6);
const instanceOf = (node: string) => String(Number.parseInt(node.slice(-6), 36));
const idOf = (node: string) =>
  `/SUBSCRIPTIONS/${subscription}/resourcegroups/MC_rg-one_one_westeurope/providers/microsoft.compute/virtualMachineScaleSets/${vmssOf(node)}/virtualmachines/${instanceOf(node)}`;

// All begin at once, and most of their time is waiting for their turn.
const patience = { timeout: 180_000 };

describe.concurrent('a check from a laptop', patience, () => {
  it('succeeds on a healthy node, in any letter case, with its progress apart from its result', async () => {
    const { code, stdout, stderr } = await cli('check', '--id', idOf(nodes[0]!));
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Running...\n\nConnectivity check: succeeded\n' });
    expect(stderr).not.toContain('Running');
  });

  it('explains by Azure’s configuration why a node is cut off, with the caller’s own rights', async () => {
    const { code, stdout } = await cli('check', '--node', cut, '--explain');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ConnectionTimedOut: /m);
    expect(stdout).toContain('Azure’s configuration (of one node alone, nothing is more than a suspicion):\n- suspicion: NSG ');
    expect(stdout).toMatch(
      /rule deny-443 \(priority 110\), denies outbound TCP 443 to 198\.51\.100\.4\n {4}rule deny-443 \(priority 110\): Deny Tcp/,
    );
    expect(stdout).toMatch(/What changed in the last hour:\n(- .*\n)*- \S+Z .*securityRules/);
    expect(stdout.trimEnd()).toMatch(/Connectivity check: failed$/);
    const json = JSON.parse((await cli('check', '--node', cut, '--explain', '--json')).stdout);
    expect(json).toMatchObject({ verdict: 'unreachable', findings: [{ code: 'NsgDenies', kind: 'suspicion' }, ...json.findings.slice(1)] });
    expect(json.changes.length).toBeGreaterThan(0);
  });

  it('probes all nodes of a cluster, the worst first, with the exit status of the worst', async () => {
    const { code, stdout, stderr } = await cli('check', '--cluster', 'rg-whole/WHOLE', '--explain');
    expect(code).toBe(1);
    expect(stderr).toContain(`${newest}.rg-whole.whole: probing 3 of 3 nodes, up to 10 at once\n`);
    expect(stderr).toMatch(new RegExp(`^[1-3]/3 ${several[1]}: unreachable \\(ConnectionRefused\\)$`, 'm'));
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^Node +Pool +Verdict +Reason +Took$/);
    expect(lines[1]).toMatch(new RegExp(`^${several[1]} +web +unreachable +ConnectionRefused +\\d`));
    expect(lines.slice(2, 4).every((line) => / reachable /.test(line))).toBe(true);
    expect(stdout).toMatch(/\nConnectionRefused, 1 node: .*\n[\s\S]*\n- TCP: refused[\s\S]*\nAzure’s configuration:\n/);
    expect(lines.at(-1)).toMatch(/: 2 reachable, 1 unreachable, 0 unknown, 0 not probed$/);
    const names = await cli('check', '--cluster', 'whole', '--concurrency', '1', '-o', 'name');
    expect([names.code, names.stdout]).toEqual([1, `${several[1]}\n`]);
    expect((await cli('check', '--cluster', 'nobody')).code).toBe(4);
  });

  it('says what was tried where Azure is not reached', async () => {
    const { code, stdout, stderr } = await cliWith({ ARM_ENDPOINT: 'https://127.0.0.1:1' }, 'check', '--node', 'x');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(
      /^Azure Resource Manager was not reached: tried 127\.0\.0\.1:1 (?:once|\d times) in [\d.]+ s, without a proxy \(HTTPS_PROXY is not set\): the connection was refused/,
    );
    const one = await cliWith({ ARM_ENDPOINT: 'https://127.0.0.1:1' }, 'check', '--id', idOf(nodes[0]!));
    expect([one.code, one.stdout]).toEqual([
      3,
      expect.stringMatching(/^AzureUnreachable: .*\nAzure Resource Manager was not reached: tried /m),
    ]);
  });

  it('finds a node by its name, and tells the long form that kubectl-az users know', async () => {
    // One that no other check is about: a node runs one script at a time.
    const node = nodes[3]!;
    const { code, stdout, stderr } = await cli('check', '--node', node.toUpperCase(), '--cluster', cluster, '-v');
    expect(code).toBe(0);
    expect(stderr).toContain(`Searching the subscription ${subscription} …\n`);
    expect(
      stdout.replace(/"message": ".*"/, '"message": "…"'),
    ).toBe(`Command: /opt/bin/kubectl --kubeconfig /var/lib/kubelet/kubeconfig version
Virtual Machine Scale Set VM:
{
  "SubscriptionID": "${subscription}",
  "NodeResourceGroup": "MC_rg-one_one_westeurope",
  "VMScaleSet": "${vmssOf(node)}",
  "InstanceID": "${instanceOf(node)}"
}

Running...

Response:
{
  "value": [
    {
      "code": "ProvisioningState/succeeded",
      "displayStatus": "Provisioning succeeded",
      "level": "Info",
      "message": "…"
    }
  ]
}

Connectivity check: succeeded
`);
  });

  it('fails with the reason and what to do, as JSON too', async () => {
    const [, sick] = nodes as [string, string];
    await stage.setFault(sick, 'refused');
    const parts = ['--subscription', subscription, '--node-resource-group', 'MC_rg-one_one_westeurope', '--vmss', vmssOf(sick)];
    const { code, stdout, stderr } = await cli('check', ...parts, '--instance-id', instanceOf(sick), '--json');
    expect({ code, progress: stderr.includes('Running…\n') }).toEqual({ code: 1, progress: true });
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'unreachable', reason: 'ConnectionRefused', stage: 'tcp' });
  });

  it('says of a node that is still being created that it is', async () => {
    const id = `/subscriptions/${newest}/resourceGroups/MC_rg-new_new_westeurope/providers/Microsoft.Compute/virtualMachines/${brandNew}`;
    const { code, stdout } = await cli('check', '--id', id, '--json');
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'unknown', reason: 'Creating' });
  });

  it('is inconclusive where the output proves nothing', async () => {
    const [, , mute] = nodes as [string, string, string];
    await stage.setFault(mute, 'half-output');
    const { code, stdout } = await cli('check', '--id', idOf(mute), '-v');
    expect(code).toBe(3);
    expect(stdout).toContain("Last script execution didn't finish.");
    expect(stdout.trim().split('\n').at(-1)).toBe('Connectivity check: inconclusive');
  });

  it.each([
    [['check']],
    [['dance']],
    [['check', '--id', '/subscriptions/x; rm -rf /']],
    [['check', '--nonsense']],
    [['check', '--node', 'a b']],
    [['check', '--node', 'a', '--id', '/x', '--vmss', 'v']],
    [['check', '--node', 'a', '--subscription', subscription]],
    [['check', '--id', '/x', '--cluster', cluster]],
    [['check', '--cluster', 'a//b']],
    [['get', 'nodes']],
    [['completion', 'csh']],
    [['check', '--subscription', subscription, '--vmss', 'v', '--instance-id', '0']],
    [['check', '--subscription', subscription, '--node-resource-group', 'a/b', '--vmss', 'v', '--instance-id', '0']],
    [['plan', '--node', 'x']],
    [['plan', '-v']],
  ])('refuses %j', async (args) => {
    const { code, stdout, stderr } = await cli(...args);
    expect({ code, stdout, last: /^(expected|Unknown|no node)/.test(stderr.trim().split('\n').at(-1)!.trim()) }).toEqual({
      code: 2,
      stdout: '',
      last: true,
    });
  });

  it.each([
    ['subscription', 'ffffffff-0000-4000-8000-00000000dead', () => 'no subscription "ffffffff-0000-4000-8000-00000000dead" is readable'],
    ['node-resource-group', 'MC_nowhere', () => `no resource group "MC_nowhere" in the subscription ${subscription}`],
    ['vmss', 'aks-none', () => `no scale set "aks-none" in the resource group "MC_rg-one_one_westeurope"`],
    ['instance-id', '77', () => `no instance 77 of the scale set "${vmssOf(nodes[0]!)}" in the resource group "MC_rg-one_one_westeurope"`],
  ])('says that there is no such node, and what was not found, where the %s is wrong', async (part, wrong, told) => {
    const parts: Record<string, string> = {
      subscription,
      'node-resource-group': 'MC_rg-one_one_westeurope',
      vmss: vmssOf(nodes[0]!),
      'instance-id': instanceOf(nodes[0]!),
      [part]: wrong,
    };
    const { code, stdout, stderr } = await cli('check', ...Object.entries(parts).flatMap(([name, value]) => [`--${name}`, value]));
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr.trim().split('\n').at(-1)).toContain(`no such node: ${told()}`);
  });

  it('tells of all mistakes at once: options, the name of the node, and settings', async () => {
    const args = ['check', '--nonsense', '--id', '/x', '--node', 'a b'];
    const { code, stdout, stderr } = await cliWith({ SUBSCRIPTIONS: 'mine', STARTS_PER_MINUTE: '0' }, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      '6 mistakes; correct them, see --help:',
      "  Unknown option '--nonsense'",
      expect.stringMatching(/^ {2}expected one way to name a node, .*, got --node and --id$/),
      '  expected --node with a Kubernetes node name, got "a b"',
      '  expected --id with the resource ID of a scale set instance or VM, got "/x"',
      expect.stringMatching(/^ {2}setting SUBSCRIPTIONS: expected .*"mine"$/),
      expect.stringMatching(/^ {2}setting STARTS_PER_MINUTE: expected .*"0"$/),
      '',
    ]);
  });

  it('tells a node that does not exist from a mistake in the command line', async () => {
    const { code, stdout, stderr } = await cli('check', '--node', 'no-such-node');
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toMatch(/no node "no-such-node" is in the \d+ subscriptions that you can read/);
  });

  it('has a version, help of each command, and a guess at what was meant', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    expect(await cli('--version')).toMatchObject({ code: 0, stdout: `${version}\n` });
    const { stdout } = await cli('plan', '--help');
    expect(stdout).toMatch(/^Examples:\n {2}aks-fleet-prober plan\n/);
    const { code, stderr } = await cli('chek', '--nod', 'x');
    expect(code).toBe(2);
    expect(stderr).toContain("Unknown option '--nod'; did you mean --node?");
    expect(stderr).toContain('got "chek x"; did you mean check?');
  });

  it('names the parts that are missing', async () => {
    const { stderr } = await cli('check', '--subscription', subscription, '--vmss', 'v');
    expect(stderr).toContain('--node-resource-group, --instance-id missing');
  });

  it('says on Ctrl-C that the run goes on without it, and for how long', async () => {
    const silent = nodes[5]!;
    await stage.setFault(silent, 'agent-silent');
    let pressed = false;
    const stop = (said: string, interrupt: () => void) => {
      if (pressed || !said.includes('Still running')) return;
      pressed = true;
      interrupt();
    };
    const { code, stderr } = await cliTold(stop, {}, 'check', '--id', idOf(silent));
    await stage.clearFault(silent);
    expect(code).toBe(130);
    expect(stderr.trim().split('\n').at(-1)).toMatch(/^Stopped waiting\. The run on the node goes on, .* within half a minute\./);
  });

  it('waits for another run on the node, and says so', async () => {
    const busy = nodes[4]!;
    await stage.setFault(busy, 'busy');
    let cleared: Promise<void> | undefined;
    const free = (stderr: string) => {
      if (stderr.includes('Another run is in progress on the node; trying again in 5 s …')) cleared ??= stage.clearFault(busy);
    };
    const { code, stdout } = await cliTold(free, {}, 'check', '--id', idOf(busy));
    expect({ code, stdout, wasBusy: cleared !== undefined }).toEqual({
      code: 0,
      stdout: 'Running...\n\nConnectivity check: succeeded\n',
      wasBusy: true,
    });
  });

  it('refuses a node by name that the settings exclude', async () => {
    const { code, stdout, stderr } = await cliWith({ EXCLUDE_CLUSTERS: 'rg-one/*' }, 'check', '--node', nodes[0]!, '--cluster', cluster);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('name it with --id to probe it nevertheless');
  });

  it('does not call a node unknown where a subscription cannot be read', async () => {
    const nobody = 'ffffffff-0000-4000-8000-00000000dead';
    const { code, stderr } = await cliWith({ SUBSCRIPTIONS: nobody }, 'check', '--node', 'no-such-node');
    expect({ code, last: stderr.trim().split('\n').at(-1) }).toEqual({
      code: 3,
      last: `no node "no-such-node" is in what you can read, and these could not be read: ${nobody}`,
    });
  });

  it('says to sign in where nobody has', async () => {
    // Without the endpoint of an identity, and without az on the way.
    const nobody = { IDENTITY_ENDPOINT: '', IDENTITY_HEADER: '', PATH: '/nowhere', AZURE_TOKEN_CREDENTIALS: 'AzureCliCredential' };
    const { code, stdout, stderr } = await cliWith(nobody, 'check', '--id', idOf(nodes[0]!));
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr.trim().split('\n').at(-1)).toMatch(/^expected a sign-in to Azure, .*"az login"/);
  });

  it('begins its help with examples', async () => {
    expect((await cli('--help')).stdout).toMatch(/^Examples:\n {2}aks-fleet-prober check --node/);
  });
});

describe('a check over HTTP', () => {
  it('takes the three commands of kubectl-az, and answers with the same lines', async () => {
    const app = await stage.startApp(quickSweeps(30));
    const node = nodes[0]!;
    const forms = [
      { node },
      { id: idOf(node) },
      { subscriptionId: subscription, nodeResourceGroup: 'MC_rg-one_one_westeurope', vmss: vmssOf(node), instanceId: instanceOf(node) },
    ];
    const long = (await cli('check', '--id', idOf(node), '-v')).stdout;
    const shape = (text: string) => text.replace(/AFP1[\s\S]*rc=0/, 'output').replaceAll(/"message": ".*"/g, '"message"');
    for (const form of forms) {
      const headers = { 'content-type': 'application/json', accept: 'text/plain', prefer: 'wait=30' };
      const answer = await fetch(`${app.url}/api/checks`, { method: 'POST', headers, body: JSON.stringify(form) });
      expect([answer.status, await answer.text()]).toEqual([200, 'Running...\n\nConnectivity check: succeeded\n']);
      const verbose = await fetch(`${app.url}${answer.headers.get('location')}?verbose=true`, { headers: { accept: 'text/plain' } });
      expect(shape(await verbose.text())).toBe(shape(long));
    }
    await stage.setFault(node, 'refused');
    const failed = await fetch(`${app.url}/api/checks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', prefer: 'wait=30' },
      body: JSON.stringify({ node }),
    });
    expect(await failed.json()).toMatchObject({
      status: 'done',
      verdict: 'unreachable',
      reason: 'ConnectionRefused',
      remedies: [expect.any(String), expect.anything()],
    });
    await stage.clearFault(node);
    await app.stop();
  }, 120_000);
});

describe('a plan without the optional role', patience, () => {
  it('names the reads that searches for causes would lack, and where; that is nothing to fix', async () => {
    stage.simulator.lacks(['Microsoft.Network/routeTables/read']);
    const { code, stdout } = await cliWith({ SUBSCRIPTIONS: subscription }, 'plan');
    stage.simulator.lacks([]);
    expect(stdout).toContain(
      `Optional (infra/fleet-diagnosis.bicep grants it):\n- searches for the causes of outages could not read Microsoft.Network/routeTables/read in /subscriptions/${subscription}/resourceGroups/MC_rg-one_one_westeurope\n\nNothing to fix.`,
    );
    expect(code).toBe(0);
  });
});

describe.concurrent('a plan from a laptop', patience, () => {
  it('tells what would be probed, its pace and its cost, and touches no node', async () => {
    const { code, stdout, stderr } = await cliWith({ SUBSCRIPTIONS: subscription }, 'plan', '--json');
    expect(stderr).toContain(`${subscription}: 1 cluster\n`);
    const plan = JSON.parse(stdout) as FleetPlan;
    expect(plan.subscriptions.map(({ clusters }) => clusters)).toMatchObject([
      [{ cluster, probed: 6, skipped: {}, missingPermissions: [] }],
    ]);
    expect(plan.regions).toEqual([{ subscription, region: 'westeurope', nodes: 6, budget: 1000, overBudget: 0, seconds: 4 }]);
    // One list each of clusters, scale sets, instances and machines.
    expect(plan.armRequests).toEqual({ inventory: 4, probes: 18 });
    expect(plan.cost.usdAMonth).toBeGreaterThan(0);
    expect([plan.rightsUnknown, plan.warnings]).toEqual([[], []]);
    expect(code).toBe(0);
  });

  it('names subscriptions beside their ids, and clusters by their resource group, or for other commands by their ids', async () => {
    const { stdout } = await cliWith({ SUBSCRIPTIONS: subscription }, 'plan');
    expect(stdout).toMatch(/^rg-one\/one +One +westeurope +1\.33\.5 +6$/m);
    expect(stdout).toMatch(new RegExp(`^One +${subscription} +westeurope +6 +1000 +4$`, 'm'));
    expect((await cliWith({ SUBSCRIPTIONS: subscription }, 'plan', '-o', 'name')).stdout).toBe(`${cluster}\n`);
  });

  it('says what to fix: scope, rights and pace', async () => {
    const nobody = 'ffffffff-0000-4000-8000-00000000dead';
    const settings = {
      SUBSCRIPTIONS: `${denied},${nobody}`,
      EXCLUDE_CLUSTERS: 'typo/*',
      SWEEP_SCHEDULE: '*/10 * * * * *',
      STARTS_PER_MINUTE: '8',
    };
    const { code, stdout } = await cliWith(settings, 'plan');
    expect(code).toBe(1);
    const toFix = stdout.slice(stdout.indexOf('To fix:')).trim().split('\n').slice(1);
    expect(toFix).toEqual([
      expect.stringMatching(new RegExp(`${nobody} could not be read .*SubscriptionNotFound`)),
      '- EXCLUDE_CLUSTERS: "typo/*" matches the name of no cluster of the subscriptions that could be read',
      expect.stringMatching(
        /does not grant Microsoft.Compute\/virtualMachineScaleSets\/virtualMachines\/runCommand\/action on the node resource groups of rg-two\/two$/,
      ),
      expect.stringMatching(/^- 3 nodes of .* are more than the 2 that/),
    ]);
  });

  it('lists every mistake of its settings at once', async () => {
    const { code, stdout, stderr } = await cliWith({ SUBSCRIPTIONS: 'mine', STARTS_PER_MINUTE: '0' }, 'plan');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^2 invalid settings/);
    expect(stderr).toContain('SUBSCRIPTIONS');
    expect(stderr).toContain('STARTS_PER_MINUTE');
  });
});

describe('a test of the notifications', patience, () => {
  const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
  const webhooks = () => ({
    WEBHOOKS: `audit=${stage.simulator.url}/webhooks/audit chat:slack=${stage.simulator.url}/webhooks/chat`,
    WEBHOOK_SECRETS: `audit=${secret}`,
    PAGE_URL: 'https://prober.example/api/status',
  });
  const ask = async (method: string, path: string, body?: object) =>
    JSON.parse((await askSimulator(stage.simulator, method, path, body)).text);

  it('reaches every sink from end to end, marked as a test, and says what each answered', async () => {
    const { code, stdout, stderr } = await cliWith(webhooks(), 'notify', '--test');
    expect(stderr).toBe('Sending the start and the end of a test incident to ApplicationInsights, webhook-audit, webhook-chat …\n');
    const lines = stdout.trim().split('\n');
    expect(lines).toHaveLength(6);
    for (const line of lines)
      expect(line).toMatch(
        /^(ApplicationInsights|webhook-audit|webhook-chat) Incident(Started|Ended): accepted in \d+ ms, .*(200|answered 200)/,
      );
    expect(code).toBe(0);
    const received: { name: string; body: Record<string, unknown> }[] = await ask('GET', '/control/webhooks');
    const types = received.filter(({ name }) => name === 'audit').map(({ body }) => body.type);
    expect(types).toEqual(['aks-fleet-prober.IncidentStarted.v1', 'aks-fleet-prober.IncidentEnded.v1']);
    // Beside what the app that runs here sends.
    const all: { data: { baseData: { name: string } } }[] = await ask('GET', '/control/telemetry');
    const told = all.map(({ data }) => data.baseData).filter(({ name }) => /^Incident(Started|Ended)$/.test(name));
    expect(told).toMatchObject(
      ['IncidentStarted', 'IncidentEnded'].map((name) => ({ name, properties: { message: expect.stringMatching(/^TEST .*test: true/) } })),
    );
    expect(received.every(({ body }) => JSON.stringify(body).includes('test: true'))).toBe(true);
  });

  it('fails where one sink does not accept it, and shows no secret', async () => {
    await ask('PUT', '/control/webhooks/fault', { status: 403 });
    const { code, stdout, stderr } = await cliWith(webhooks(), 'notify', '--test', '--json');
    await ask('PUT', '/control/webhooks/fault', {});
    expect(code).toBe(1);
    const answers: { sink: string; accepted: boolean; answer: string; ms: number }[] = JSON.parse(stdout);
    expect(answers.map(({ sink, accepted }) => [sink, accepted])).toEqual([
      ...Array(2).fill(['ApplicationInsights', true]),
      ...Array(2).fill(['webhook-audit', false]),
      ...Array(2).fill(['webhook-chat', false]),
    ]);
    expect(answers[2]!.answer).toBe('403 {"accepted":false}');
    expect(`${stdout}${stderr}`).not.toContain(secret.slice(6));
  });

  it('says what is missing where there is no sink, or no command', async () => {
    const none = await cliWith({ APPLICATIONINSIGHTS_CONNECTION_STRING: '' }, 'notify', '--test');
    expect([none.code, none.stderr]).toEqual([
      2,
      expect.stringMatching(/^expected a sink in the settings, found none: set APPLICATIONINSIGHTS_CONN/),
    ]);
    const bare = await cliWith({ WEBHOOKS: 'audit=http://a.example' }, 'notify', '--verbose');
    expect([bare.code, bare.stdout]).toEqual([2, '']);
    for (const mistake of ['expected notify with --test', 'expected --verbose with check only', 'setting WEBHOOKS: expected an https URL'])
      expect(bare.stderr).toContain(mistake);
    const other = await cli('plan', '--test');
    expect([other.code, other.stderr]).toEqual([2, 'expected --test with notify only, got it with plan; see --help\n']);
  });
});
