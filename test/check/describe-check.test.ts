import { describe, expect, it } from 'vitest';
import { describeResult, describeStart } from '../../src/check/describe-check.ts';
import { reasons } from '../../src/model/reasons.ts';
import { remedyLines } from '../../src/model/remedies.ts';

const vm = { kind: 'vm', subscriptionId: 's', resourceGroup: 'mc', vm: 'aks-vm-1' } as const;
const instance = { kind: 'instance', subscriptionId: 's', resourceGroup: 'mc', vmss: 'aks-web-vmss', instanceId: '7' } as const;

describe('describeStart', () => {
  it('says what is run and on which instance only where that is asked for', () => {
    expect(describeStart(instance, 'Linux', false)).toEqual(['Running...', '']);
    expect(describeStart(instance, 'Linux', true)).toMatchInlineSnapshot(`
      [
        "Command: /opt/bin/kubectl --kubeconfig /var/lib/kubelet/kubeconfig version",
        "Virtual Machine Scale Set VM:",
        "{
        "SubscriptionID": "s",
        "NodeResourceGroup": "mc",
        "VMScaleSet": "aks-web-vmss",
        "InstanceID": "7"
      }",
        "",
        "Running...",
        "",
      ]
    `);
  });

  it('names a VM, and the command of Windows', () => {
    expect(describeStart(vm, 'Windows', true).slice(0, 2)).toEqual([
      'Command: C:\\k\\kubectl.exe --kubeconfig C:\\k\\config version',
      'Virtual Machine:',
    ]);
  });
});

describe('describeResult', () => {
  it('says of a success only that it is one', () => {
    const result = { verdict: 'reachable', reason: 'Reachable', message: 'v1.33.5' } as const;
    expect(describeResult(result, false)).toEqual(['Connectivity check: succeeded']);
  });

  it('says of a node that is reachable and not served why, and still that the connection succeeded', () => {
    const { sentence } = reasons.EtcdUnavailable;
    const remedies = remedyLines('EtcdUnavailable', {});
    const served = { ok: false, reason: 'EtcdUnavailable', message: 'the node object: 500' } as const;
    expect(describeResult({ verdict: 'reachable', reason: 'Reachable', message: 'v1.33.5', served }, false)).toEqual([
      'The node reaches its API server, which does not serve it.',
      `EtcdUnavailable: ${sentence}`,
      'the node object: 500',
      ...remedies.map((remedy) => `- ${remedy}`),
      '',
      'Connectivity check: succeeded',
    ]);
    const well = { verdict: 'reachable', reason: 'Reachable', message: 'v1.33.5', served: { ok: true } } as const;
    expect(describeResult(well, false)).toEqual(['Connectivity check: succeeded']);
  });

  it('says of a failure why, and what to do about it', () => {
    const { sentence } = reasons.ConnectionRefused;
    const remedies = remedyLines('ConnectionRefused', {});
    expect(describeResult({ verdict: 'unreachable', reason: 'ConnectionRefused', message: 'refused by 10.0.0.1' }, false)).toEqual([
      `ConnectionRefused: ${sentence}`,
      'refused by 10.0.0.1',
      ...remedies.map((remedy) => `- ${remedy}`),
      '',
      'Connectivity check: failed',
    ]);
  });

  it('calls it inconclusive where no verdict came, and puts the answer of Azure first where that is asked for', () => {
    const result = { verdict: 'unknown', reason: 'RunCommandTimedOut', message: 'no answer', response: '{"status": "…"}' } as const;
    const lines = describeResult(result, true);
    expect(lines.slice(0, 3)).toEqual(['Response:', '{"status": "…"}', '']);
    expect(lines.at(-1)).toBe('Connectivity check: inconclusive');
    expect(describeResult(result, false)).not.toContain('Response:');
  });

  it('says from which run a verdict is taken where that run left no answer', () => {
    const result = { verdict: 'reachable', reason: 'Reachable', message: '', takenFrom: 'the sweep 2026-11-21T12:00:00Z' } as const;
    expect(describeResult(result, true)[0]).toBe(
      'Response: taken from the run of the sweep 2026-11-21T12:00:00Z, which began while this check waited for the node',
    );
  });
});
