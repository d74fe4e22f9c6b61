import { describe, expect, it } from 'vitest';
import { bicep, MODES, predict, snapshotFile } from './compile.ts';

describe.skipIf(bicep === undefined)('what each mode deploys (skipped without the Bicep compiler)', { timeout: 120_000 }, () => {
  it.each(MODES)(
    '%s: is as it was reviewed; "npx vitest run test/infra/snapshots -u" takes a change over',
    async (mode) => {
      await expect(`${JSON.stringify(predict(mode), null, 2)}\n`).toMatchFileSnapshot(snapshotFile(mode));
    },
    60_000,
  );

  it('depends on the region in every name that a second region would take', () => {
    const names = (region: string) =>
      predict('default', (text) => text.replace(/^param location = .*$/m, `param location = '${region}'`))
        .filter(({ type }) =>
          /resourceGroups$|storageAccounts$|sites$|workspaces$|components$|actionGroups$|policyAssignments$|roleDefinitions$/.test(type),
        )
        .map(({ id, type }) => [type, id] as const);
    const east = new Set(names('eastus').map(([, id]) => id));
    const shared = names('westeurope').filter(([, id]) => east.has(id));
    expect(shared).toEqual([]);
  });
});
