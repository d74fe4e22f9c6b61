import { describe, expect, it } from 'vitest';
import type { ReasonCode } from '../../src/model/reasons.ts';
import { judgeServed } from '../../src/probe/judge-served.ts';

const name = 'aks-web-1-vmss000000';
const served = (facts: Record<string, string>) =>
  judgeServed(new Map(Object.entries({ ms: '40', name, identity: `system:node:${name}`, ...facts })));

describe('a node that reached its API server', () => {
  it('is served if it gets its own object', () => {
    expect(served({ node: '200' })).toEqual({ ok: true });
  });

  it.each([['500'], ['429'], ['timeout']])('is served if its lease can be read while its object gives %s', (node) => {
    expect(served({ node, lease: '200' })).toEqual({ ok: true });
  });

  it.each<[string, Record<string, string>, ReasonCode]>([
    ['etcd is down', { node: '500', lease: '500', readyz: '500', unready: 'etcd,etcd-readiness' }, 'EtcdUnavailable'],
    ['requests hang and etcd is down', { node: 'timeout', lease: 'timeout', readyz: '500', unready: 'etcd' }, 'EtcdUnavailable'],
    ['nodes have no rights', { node: '403', lease: '403', readyz: '200' }, 'NodeNotAuthorized'],
    ['it lacks the right to its object alone', { node: '403', lease: '200' }, 'NodeNotAuthorized'],
    ['its certificate is another node’s', { node: '403', identity: 'system:node:other' }, 'IdentityMismatch'],
    ['it is not registered', { node: '404', lease: '404', readyz: '200' }, 'NodeNotRegistered'],
    ['the server sheds load', { node: '429', lease: '429', readyz: '200' }, 'ApiServerOverloaded'],
    ['the server is not ready', { node: '503', lease: '503', readyz: '500', unready: 'poststarthook/rbac' }, 'ApiServerNotReady'],
    ['nobody knows why', { node: '500', lease: '500', readyz: '200' }, 'NotServed'],
    ['it hangs', { node: 'timeout', lease: 'timeout', readyz: 'timeout' }, 'NotServed'],
  ])('is not served if %s', (_, facts, reason) => {
    expect(served(facts)).toMatchObject({ ok: false, reason });
  });

  it('says as whom it was asked, also where that is not known', () => {
    expect(served({ node: '403', lease: '403' })).toMatchObject({
      message: `the API server answers HTTP 403 for the node object ${name}, asked as system:node:${name}`,
    });
    expect(served({ node: '401', lease: '401', identity: '' })).toMatchObject({
      message: `the API server answers HTTP 401 for the node object ${name}, asked as an unknown identity`,
    });
  });

  it.each<[string, Record<string, string>]>([
    ['was not asked', {}],
    ['was skipped', { node: 'skipped' }],
    ['is slow itself', { node: 'timeout', lease: 'timeout', config_ms: '2400' }],
    ['has a slow path', { node: 'timeout', lease: 'timeout', ms: '5200' }],
  ])('is neither if it %s', (_, facts) => {
    expect(served(facts)).toBeUndefined();
  });
});
