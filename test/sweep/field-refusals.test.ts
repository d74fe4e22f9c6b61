import { describe, expect, it, vi } from 'vitest';
import { armError } from '../../local/simulator/arm-reply.ts';
import { coverageOf } from '../../src/model/ledger.ts';
import { blind, clusterOf, events, fleetOf, type Intercept, idOf, open, outages, refusing, sweep } from './field-world.ts';

// A sweep may take a minute, on a machine that is busy.
vi.setConfig({ testTimeout: 300_000 });

describe('a lasting refusal (reports 2, 3, 4 and 14)', () => {
  const refusals: Record<string, [code: string, reason: string]> = {
    locked: ['ScopeLocked', 'ScopeLocked'],
    disabled: ['ReadOnlyDisabledSubscription', 'SubscriptionDisabled'],
    forbidden: ['RequestDisallowedByPolicy', 'DisallowedByPolicy'],
  };
  const failures: Record<string, [code: string, message: string, reason: string]> = {
    noexec: ['VMExtensionHandlerNonTransientError', 'Non-zero exit code: 126, shim: Permission denied', 'ExecutionBlocked'],
    full: ['VMExtensionProvisioningError', 'write status: no space left on device', 'DiskNotWritable'],
    agent: ['VMExtensionProvisioningError', 'Extension will not be processed: not allowed', 'ExtensionBlocked'],
  };

  it('has a reason of its own, is not asked, and is neither an outage nor blindness', async () => {
    const disallowed = armError(409, 'OperationNotAllowed', 'This operation cannot be performed when extension operations are disallowed.');
    const refuse = refusing((cluster, instance) => {
      if (cluster === 'web') return instance < 3 ? disallowed : undefined;
      const [code] = refusals[cluster] ?? [];
      return code === undefined ? undefined : armError(409, code, 'The scope cannot perform write operations.');
    });
    // Which operation belongs to which cluster, as the answer to its POST says.
    const owner = new Map<string, string>();
    const intercept: Intercept = async (request, ask) => {
      const reply = await refuse(request, ask);
      const id =
        /operations\/([\w-]+)/i.exec(String(reply.headers?.['azure-asyncoperation'] ?? reply.headers?.location ?? request.url))?.[1] ?? '';
      if (request.method === 'POST') owner.set(id, clusterOf(request.url));
      const [code, message] = failures[owner.get(id) ?? ''] ?? [];
      if (request.method === 'POST' || code === undefined || reply.status !== 200) return reply;
      return { ...reply, body: { ...(reply.body as object), status: 'Failed', error: { code, message } } };
    };
    const names = [...Object.keys(refusals), ...Object.keys(failures)];
    const world = await open(fleetOf({ web: 9, ...Object.fromEntries(names.map((name) => [name, 2])) }), { intercept });
    for (let n = 0; n < 2; n++) {
      const ledgers = await sweep(world);
      expect(ledgers.web).toMatchObject({ reachable: 6, unknown: 3, byReason: { ExtensionsDisallowed: 3 } });
      expect(coverageOf(ledgers.web!)).toBeCloseTo(6 / 9);
      for (const [name, [, reason]] of Object.entries(refusals))
        expect(ledgers[name], name).toMatchObject({ unknown: 2, byReason: { [reason]: 2 } });
      for (const [name, [, , reason]] of Object.entries(failures))
        expect(ledgers[name], name).toMatchObject({ unknown: 2, byReason: { [reason]: 2 } });
    }
    for (const name of ['web', ...names]) expect(await outages(world, name), name).toEqual([]);
    // A disk that is full is nobody's choice, and blinds as any other failure of the platform does.
    expect((await blind(world)).filter((id) => id !== idOf('full'))).toEqual([]);
    expect(world.poisoned).toEqual([]);
  });

  it('that lasts for so long is notified once, naming cluster, pools and reason, and so is its end', async () => {
    let isRefused = true;
    const disallowed = armError(409, 'OperationNotAllowed', 'This operation cannot be performed when extension operations are disallowed.');
    const intercept = refusing((_, instance) => (isRefused && instance < 3 ? disallowed : undefined));
    const world = await open(fleetOf({ shop: 9 }), { intercept }, { UNSEEN_AFTER_MINUTES: '15' });
    for (let n = 0; n < 8; n++) await sweep(world);
    const unseen = await events(world, /^Nodes/);
    expect(unseen).toMatchObject([
      {
        name: 'NodesUnseen',
        properties: {
          cluster: idOf('shop'),
          pools: 'web',
          reason: 'ExtensionsDisallowed',
          message: expect.stringMatching(/^3 nodes of the pool web had no verdict since /),
        },
        measurements: { unseen: 3 },
      },
    ]);
    isRefused = false;
    await sweep(world);
    await sweep(world);
    expect((await events(world, /^Nodes/)).map(({ name }) => name)).toEqual(['NodesUnseen', 'NodesSeen']);
    expect(await events(world, /Outage|Blind/)).toEqual([]);
  });

  it('by an extension that fails every time lasts from the third time on', async () => {
    const intercept: Intercept = async ({ url }, ask) => {
      const reply = await ask();
      if (!/\/operations\//i.test(url.pathname) || reply.status !== 200) return reply;
      const error = { code: 'VMExtensionProvisioningError', message: 'Provisioning failed.' };
      return { ...reply, body: { ...(reply.body as object), status: 'Failed', error } };
    };
    const world = await open(fleetOf({ shop: 2 }), { intercept });
    const seen: string[] = [];
    for (let n = 0; n < 4; n++) seen.push(...Object.keys((await sweep(world)).shop!.byReason));
    expect(seen).toEqual(['RunCommandFailed', 'RunCommandFailed', 'RunCommandBroken', 'RunCommandBroken']);
  });
});
