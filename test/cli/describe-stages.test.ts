import { expect, it } from 'vitest';
import { describeStages } from '../../src/cli/describe-stages.ts';

it('says what each stage measured, in their order, and nothing of those that were not reached', () => {
  const facts = new Map([
    ['tcp', 'timeout'],
    ['host', 'shop.hcp.example'],
    ['port', '443'],
    ['dns', '10.0.0.4'],
    ['dns_ms', '12'],
    ['kubeconfig', 'ok'],
    ['egress', ''],
  ]);
  expect(describeStages(facts)).toEqual([
    'What the node measured, stage by stage:',
    '- kubeconfig: ok, names the host shop.hcp.example, and port 443',
    '- DNS: 10.0.0.4, in 12 ms',
    '- TCP: timeout',
    '',
  ]);
  expect(describeStages(new Map())).toEqual([]);
});
