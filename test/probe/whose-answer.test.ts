import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/model/verdict.ts';
import { asAnswerOf, isSameMachine } from '../../src/probe/whose-answer.ts';

const vmId = 'e4f93719-5f56-41c5-81b3-7bebd88aa328';
const reachable: Verdict = { verdict: 'reachable', reason: 'Reachable', message: 'yes' };
const failed: Verdict = { verdict: 'unreachable', reason: 'ConnectionRefused', message: 'TCP refused' };
const asked = { vmId, serverNames: ['shop-1.hcp.westeurope.azmk8s.io', 'shop-1.privatelink.westeurope.azmk8s.io'] };
const judged = (verdict: Verdict, facts: Record<string, string>, of = asked) =>
  asAnswerOf(of, verdict, new Map(Object.entries({ machine: vmId, host: asked.serverNames[0]!, ...facts })));

describe('the machine that answers', () => {
  it.each([
    ['as Azure writes it', vmId],
    ['in capitals', vmId.toUpperCase()],
    ['as firmware of generation 1 shows it, the first three groups reversed', '1937f9e4-565f-c541-81b3-7bebd88aa328'],
  ])('is the one that was asked if its id is the same %s', (_, own) => {
    expect(judged(reachable, { machine: own })).toBe(reachable);
    expect(judged(failed, { machine: own })).toBe(failed);
  });

  it.each([reachable, failed])('lends its answer to no other node ($verdict)', (verdict) => {
    expect(judged(verdict, { machine: '00000000-5f56-41c5-81b3-7bebd88aa328' })).toEqual({
      verdict: 'unknown',
      reason: 'WrongMachine',
      message: `machine 00000000-5f56-41c5-81b3-7bebd88aa328 answered, while Azure lists ${vmId} for the node`,
    });
  });

  it('proves nothing where it does not say who it is', () => {
    expect(judged(reachable, { machine: '' })).toMatchObject({ verdict: 'unknown', reason: 'NoProof' });
    const broken: Verdict = { verdict: 'unknown', reason: 'ToolMissing', message: 'the node has no timeout' };
    expect(judged(broken, { machine: '' })).toBe(broken);
  });

  it('is not compared where Azure gives no id', () => {
    expect(judged(reachable, { machine: '' }, { ...asked, vmId: '' })).toBe(reachable);
  });

  it('is known under exactly two writings of its id', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), (one, other) => {
        expect(isSameMachine(one, one)).toBe(true);
        if (isSameMachine(one, other)) expect(isSameMachine(other, one)).toBe(true);
        else expect(one).not.toBe(other);
      }),
    );
  });
});

describe('the API server that answers', () => {
  it.each(asked.serverNames)('is the cluster’s under each name that Azure has for it: %s', (host) => {
    expect(judged(reachable, { host: host.toUpperCase() })).toBe(reachable);
    expect(judged(reachable, { host: `${host}.` })).toBe(reachable);
  });

  it('proves nothing under another name, and is the reason of a failure', () => {
    const host = 'old-7.hcp.westeurope.azmk8s.io';
    expect(judged(reachable, { host })).toMatchObject({ verdict: 'unknown', reason: 'WrongApiServer' });
    expect(judged(failed, { host })).toEqual({
      ...failed,
      reason: 'WrongApiServer',
      message: `the kubeconfig names ${host}, while Azure's name of the API server is ${asked.serverNames.join(' or ')}; TCP refused`,
    });
  });

  it.each(['10.0.0.4', '[fd00::4]', ''])('is not compared under an address: "%s"', (host) => {
    expect(judged(reachable, { host })).toBe(reachable);
  });

  it('is not compared where Azure’s names are not known', () => {
    expect(judged(reachable, { host: 'any.example' }, { ...asked, serverNames: [] })).toBe(reachable);
  });
});
