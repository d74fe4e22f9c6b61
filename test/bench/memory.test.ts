import { expect, inject, test } from 'vitest';
import { MOST_MEGABYTES, measureMemory } from '../../bench/memory.ts';

test.skipIf(process.platform !== 'linux')(
  'a worker that sweeps 2,000 nodes leaves most of an instance of 512 MB to the host',
  async () => {
    const { bySweep } = await measureMemory(inject('appDir'), 1, () => {});
    expect(bySweep[0]).toBeLessThanOrEqual(MOST_MEGABYTES);
  },
  600_000,
);
