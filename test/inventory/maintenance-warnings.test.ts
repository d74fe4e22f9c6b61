import { expect, it } from 'vitest';
import { maintenanceWarnings } from '../../src/inventory/maintenance-warnings.ts';

it('a window that cannot be followed is a warning that names the cluster and the tag, and one that can is none', () => {
  const clusters = [
    { cluster: 'a' },
    { cluster: 'b', maintenanceTag: 'Sun 22:00Z/PT4H' },
    { cluster: 'c', maintenanceTag: 'Sunday night' },
  ];
  expect(maintenanceWarnings(clusters)).toEqual([
    expect.stringMatching(/^the tag aks-fleet-prober-maintenance of c: expected a window as .* got "Sunday night"$/),
  ]);
});

it('the mistake of a script on every cluster is twenty warnings and a count', () => {
  const clusters = Array.from({ length: 3000 }, (_, n) => ({ cluster: `c${n}`, maintenanceTag: 'on' }));
  const warnings = maintenanceWarnings(clusters);
  expect([warnings.length, warnings.at(-1)]).toEqual([21, '2980 more windows of tags aks-fleet-prober-maintenance cannot be followed']);
});
