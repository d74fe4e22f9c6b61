import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { compute, smallFleet, subscriptionId } from './small-fleet.ts';
import { type Conversation, converse } from './speak-to-simulator.ts';

const winPool = { name: 'win', os: 'Windows' as const, count: 1 };
const pools = [
  { name: 'web', count: 6, instances: { '5': { powerState: 'deallocated' as const } } },
  winPool,
  { name: 'vm', type: 'VirtualMachines' as const, count: 1 },
  { name: 'flex', type: 'FlexibleScaleSet' as const, count: 1 },
];

let simulator: Conversation;
let scaleSet: string;
beforeAll(async () => {
  simulator = await converse(smallFleet(0, { pools }), {
    agentDeadSeconds: 0.3,
    kubectl: '/nowhere/kubectl',
    namespaces: false,
    answer: (node) => `hello from ${node.name}`,
  });
  const sets = await simulator.arm('GET', `${compute}/virtualMachineScaleSets`);
  scaleSet = sets.body.value[0]?.name ?? '';
});
afterAll(() => simulator.end());
afterEach(async () => {
  await simulator.clearFault('shop');
});

const instance = (id: number | string) => `${compute}/virtualMachineScaleSets/${scaleSet}/virtualMachines/${id}`;
const countsOf = async () =>
  (await simulator.ask<{ runCommand: { started: number; conflicts: number; mostAtOncePerNode: number } }>('GET', '/control/requests')).body
    .runCommand;

let lastGate = 0;

/** A line that keeps a script running until `open`, however long it takes to look at it. */
function gate(): { line: string; open(): Promise<void> } {
  lastGate += 1;
  const file = join(simulator.dir, `gate-${lastGate}`);
  return { line: `while [ ! -e '${file}' ]; do sleep 0.05; done`, open: () => writeFile(file, '') };
}

test('a run is accepted with two long signed URLs and no Retry-After, and is polled to its end', async () => {
  const { line, open } = gate();
  const accepted = await simulator.start(instance(0), [line, 'echo out', 'echo err >&2', 'exit 3']);
  expect(accepted.status).toBe(202);
  expect(accepted.headers).not.toHaveProperty('retry-after');
  const status = String(accepted.headers['azure-asyncoperation']);
  const location = String(accepted.headers.location);
  for (const url of [status, location]) expect(url.length).toBeGreaterThan(3400);
  expect([...new URL(location).searchParams.keys()]).toEqual(['p', 'monitor', 'api-version', 't', 'c', 's', 'h']);
  expect(accepted.headers['x-ms-ratelimit-remaining-resource']).toMatch(
    /^Microsoft\.Compute\/UpdateVMResource;\d+,Microsoft\.Compute\/UpdateVMSubscriptionMaximum;\d+$/,
  );
  const running = await simulator.arm('GET', status);
  expect([running.status, running.body.status]).toEqual([200, 'InProgress']);
  await open();
  const { body } = await simulator.finish(accepted);
  expect(body).toEqual({
    value: [
      {
        code: 'ProvisioningState/succeeded',
        level: 'Info',
        displayStatus: 'Provisioning succeeded',
        message: 'Enable succeeded: \n[stdout]\nout\n\n[stderr]\nerr\n',
      },
    ],
  });
  expect((await simulator.arm('GET', status)).body.status).toBe('Succeeded');
});

test('an operation URL that was rebuilt is refused', async () => {
  const accepted = await simulator.start(instance(0), ['true']);
  const url = new URL(String(accepted.headers.location));
  url.searchParams.set('s', 'mine');
  expect((await simulator.arm('GET', url.href)).status).toBe(403);
  await simulator.finish(accepted);
});

test('a node runs one command at a time; a second attempt is a 409 and is counted', async () => {
  const before = await countsOf();
  const { line, open } = gate();
  const first = await simulator.start(instance(1), [line]);
  const second = await simulator.start(instance(1), ['true']);
  expect([second.status, second.body.error.code]).toEqual([409, 'Conflict']);
  expect(second.body.error.message).toContain('Run command extension execution is in progress.');
  await open();
  await simulator.finish(first);
  const after = await countsOf();
  expect({ started: after.started - before.started, conflicts: after.conflicts - before.conflicts, most: after.mostAtOncePerNode }).toEqual(
    {
      started: 1,
      conflicts: 1,
      most: 2,
    },
  );
  expect((await simulator.start(instance(1), ['true'])).status).toBe(202);
});

test('the script runs in a folder of its own, with little in its environment, and the named lines replaced', async () => {
  const message = await simulator.run(instance(2), [
    'KUBECTL=/opt/bin/kubectl',
    'KUBECONFIG_FILE=/var/lib/kubelet/kubeconfig',
    ' KUBECTL=indented',
    'KUBECTL=/opt/bin/kubectl',
    'echo "$KUBECONFIG_FILE"',
    'pwd',
    'echo "$PATH"',
    'env | sed s/=.*// | sort | tr "\\n" " "',
  ]);
  const nodes = join(simulator.dir, 'nodes', `${subscriptionId}.rg-shop.shop`, `${scaleSet}000002`);
  expect(message).toContain(`\n${join(nodes, 'kubelet', 'kubeconfig')}\n${join(nodes, 'download')}/`);
  expect(message).toContain('/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nPATH PWD SSL_CERT_FILE ');
  const [run] = await readdir(join(nodes, 'download'));
  const script = await readFile(join(nodes, 'download', String(run), 'script.sh'), 'utf8');
  expect(script.split('\n').slice(0, 4)).toEqual([
    "KUBECTL='/nowhere/kubectl'",
    `KUBECONFIG_FILE='${join(nodes, 'kubelet', 'kubeconfig')}'`,
    ' KUBECTL=indented',
    'KUBECTL=/opt/bin/kubectl',
  ]);
});

test('only the last 4,096 bytes of each stream arrive', async () => {
  const message = await simulator.run(instance(2), ['i=0; while [ $i -lt 2000 ]; do echo "line $i"; i=$((i+1)); done']);
  const stdout = message.slice(message.indexOf('[stdout]\n') + 9, message.indexOf('\n[stderr]'));
  expect(Buffer.byteLength(stdout)).toBe(4096);
  expect(stdout).toMatch(/line 1999\n$/);
});

test('without a script Azure runs a sample and reports success', async () => {
  const accepted = await simulator.arm('POST', `${instance(2)}/runCommand`, { commandId: 'RunShellScript' });
  expect((await simulator.finish(accepted)).body.value[0]?.message).toContain('This is a sample script');
});

test('a virtual machine without scale set runs commands too', async () => {
  const { body } = await simulator.arm('GET', `${compute}/virtualMachines`);
  const name = body.value[0]?.name;
  expect(name).toMatch(/^aks-vm-\d{8}-vms1$/);
  expect(await simulator.run(`${compute}/virtualMachines/${name}`, ['echo hello'])).toContain('[stdout]\nhello\n');
});

test('an instance of a Flexible scale set runs commands as a virtual machine, and on no path of its scale set', async () => {
  const { body } = await simulator.arm('GET', `${compute}/virtualMachines`);
  const { name } = body.value.find((machine) => machine.name.startsWith('aks-flex-'))!;
  expect(name).toMatch(/^aks-flex-\d{8}-vmss_[0-9a-f]{8}$/);
  expect(await simulator.run(`${compute}/virtualMachines/${name}`, ['echo hello'])).toContain('[stdout]\nhello\n');
  const set = `${compute}/virtualMachineScaleSets/${name.split('_')[0]}`;
  const answers = [
    await simulator.start(`${set}/virtualMachines/${name}`, ['true']),
    await simulator.arm('GET', `${set}/virtualMachines/${name}/instanceView`),
  ];
  for (const answer of answers)
    expect([answer.status, answer.body.error.code, answer.body.error.message]).toEqual([
      400,
      'InvalidParameter',
      'Virtual Machine Scale Set VM instanceId must be a number.',
    ]);
});

test('a virtual machine that is not there is not found', async () => {
  const answer = await simulator.start(`${compute}/virtualMachines/nobody`, ['true']);
  expect([answer.status, answer.body.error.code]).toEqual([404, 'ResourceNotFound']);
});

test('a Windows node answers in two entries, and refuses a Linux command', async () => {
  const windows = `${compute}/virtualMachineScaleSets/akswin/virtualMachines/0`;
  const refused = await simulator.start(windows, ['true']);
  expect([refused.status, refused.body.error.message]).toEqual([409, "Run command OS type 'Linux' does not match the target OS Windows."]);
  const accepted = await simulator.arm('POST', `${windows}/runCommand`, { commandId: 'RunPowerShellScript', script: ['Get-Date'] });
  const { body } = await simulator.finish(accepted);
  expect(body.value.map(({ code, message }) => `${code}: ${message}`)).toEqual([
    'ComponentStatus/StdOut/succeeded: hello from akswin000000',
    'ComponentStatus/StdErr/succeeded: ',
  ]);
});

test.each([
  ['an instance that is deallocated', '5', 409, 'OperationNotAllowed'],
  ['an instance that is not there', '99', 400, 'InvalidParameter'],
])('%s is refused', async (_, id, status, code) => {
  const answer = await simulator.start(instance(id), ['true']);
  expect([answer.status, answer.body.error.code]).toEqual([status, code]);
});

test.each([
  ['busy', 409, 'Conflict'],
  ['throttled', 429, 'OperationNotAllowed'],
  ['access-denied', 403, 'AuthorizationFailed'],
  ['cluster-locked', 403, 'DenyAssignmentAuthorizationFailed'],
  ['scope-locked', 409, 'ScopeLocked'],
  ['subscription-disabled', 409, 'ReadOnlyDisabledSubscription'],
  ['extensions-disallowed', 409, 'OperationNotAllowed'],
  ['gone', 400, 'InvalidParameter'],
  ['deallocated', 409, 'OperationNotAllowed'],
  ['cluster-stopped', 409, 'OperationNotAllowed'],
  ['cluster-gone', 404, 'ResourceGroupNotFound'],
  ['node-group-gone', 404, 'ResourceGroupNotFound'],
  ['bad-gateway', 502, 'BadGateway'],
])('the fault %s answers the POST with %i %s', async (fault, status, code) => {
  await simulator.setFault('shop', fault);
  const { line, open } = gate();
  const answer = await simulator.start(instance(3), [line]);
  expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  if (fault === 'throttled') {
    expect(answer.headers['retry-after']).toBe('30');
    const [detail] = answer.body.error.details ?? [];
    expect([detail?.code, JSON.parse(detail?.message ?? '{}').operationGroup]).toEqual(['TooManyRequests', 'UpdateVM']);
  }
  if (fault === 'bad-gateway') expect((await simulator.start(instance(3), ['true'])).status).toBe(409);
  await open();
});

test.each([
  ['no-output', /^Enable succeeded: \n\[stdout\]\n\n\[stderr\]\n$/],
  ['half-output', /^Enable succeeded: Last script execution didn't finish\.$/],
  ['cut-output', /\[stdout\]\nx{60}\n\[stderr\]/],
])('under %s the run succeeds without proof', async (fault, expected) => {
  await simulator.setFault('shop', fault);
  expect(
    await simulator.run(instance(4), [
      'echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    ]),
  ).toMatch(expected);
});

test.each([
  ['operation-preempted', 'OperationPreempted', /preempted by a more recent operation/],
  ['noexec', 'VMExtensionHandlerNonTransientError', /Non-zero exit code: 126, .*Permission denied/s],
  ['disk-full', 'VMExtensionProvisioningError', /no space left on device/],
  ['extension-blocked', 'VMExtensionProvisioningError', /is not specified as an allowed extension/],
])('under %s the run is accepted and fails with %s, and no script runs', async (fault, code, words) => {
  await simulator.setFault('shop', fault);
  const file = join(simulator.dir, `ran-${fault}`);
  const accepted = await simulator.start(instance(4), [`touch '${file}'`]);
  expect(accepted.status).toBe(202);
  const { body } = await simulator.finish(accepted);
  expect(body.error).toMatchObject({ code, message: expect.stringMatching(words) });
  await expect(readFile(file)).rejects.toThrow('ENOENT');
});

test('a machine that disallows extension operations says so when it is read', async () => {
  const allowed = async () => JSON.stringify((await simulator.arm('GET', instance(4))).body).includes('"allowExtensionOperations":true');
  expect(await allowed()).toBe(true);
  await simulator.setFault('shop', 'extensions-disallowed');
  expect(await allowed()).toBe(false);
});

test('under stale-output a run reports what the run before it printed', async () => {
  await simulator.run(instance(4), ['echo first']);
  await simulator.setFault('shop', 'stale-output');
  expect(await simulator.run(instance(4), ['echo second'])).toContain('first');
});

test('a dead agent fails late, and says so in the instance view', async () => {
  await simulator.setFault('shop', 'agent-dead');
  const view = await simulator.arm('GET', `${instance(4)}?$expand=instanceView`);
  expect(JSON.stringify(view.body)).toContain('"displayStatus":"Not Ready"');
  const accepted = await simulator.start(instance(4), ['true']);
  const ended = await simulator.finish(accepted);
  expect([ended.status, ended.body.error.code]).toEqual([409, 'VMAgentStatusCommunicationError']);
  const { body } = await simulator.arm('GET', String(accepted.headers['azure-asyncoperation']));
  expect([body.status, body.error.code]).toEqual(['Failed', 'VMAgentStatusCommunicationError']);
});

test('a silent agent keeps the run InProgress until it is heard again, and is listed as ready', async () => {
  await simulator.setFault('shop', 'agent-silent');
  const view = await simulator.arm('GET', `${instance(4)}/instanceView`);
  expect(JSON.stringify(view.body)).toContain('"displayStatus":"Ready"');
  const accepted = await simulator.start(instance(4), ['echo late']);
  await simulator.run(`${compute}/virtualMachineScaleSets/${scaleSet}/virtualMachines/4`, ['true']).catch((error) => {
    expect(String(error)).toContain('in progress');
  });
  expect((await simulator.arm('GET', String(accepted.headers['azure-asyncoperation']))).body.status).toBe('InProgress');
  await simulator.clearFault('shop');
  expect((await simulator.finish(accepted)).body.value[0]?.message).toContain('late');
});

test('a running command shows as an update of its instance', async () => {
  const { line, open } = gate();
  const accepted = await simulator.start(instance(4), [line]);
  const during = await simulator.arm('GET', instance(4));
  expect(JSON.stringify(during.body)).toContain('"provisioningState":"Updating"');
  await open();
  await simulator.finish(accepted);
  const after = await simulator.arm('GET', instance(4));
  expect(JSON.stringify(after.body)).toContain('"provisioningState":"Succeeded"');
});
