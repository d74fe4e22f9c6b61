import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHATTER } from './chatter.ts';
import { hasNft, type NodeFault, nodeFaults } from './node-faults.ts';
import { judgeFacts, openLab, reportIn, type Seen } from './node-lab.ts';

type Lab = Awaited<ReturnType<typeof openLab>>;

const MOST_SECONDS = 20;
/** Whether this machine can give a node a network of its own. */
const isReal = process.platform === 'linux' && process.getuid?.() === 0;
let lab: Lab;
const rows: string[] = [];
/** What the script printed, for `recorded-faults.json`. */
const recorded: { fault: string; exitCode: number; facts: Record<string, string> }[] = [];

beforeAll(async () => {
  lab = await openLab();
});
afterAll(async () => {
  await lab.close();
  if (process.env.RECORD === '1') {
    const sorted = recorded.sort((a, b) => (a.fault < b.fault ? -1 : 1));
    await writeFile(new URL('recorded-faults.json', import.meta.url), `${JSON.stringify(sorted, null, 2)}\n`);
  }
  const count = (mark: string) => rows.filter((row) => row.startsWith(mark)).length;
  process.stdout.write(
    `${rows.sort().join('\n')}\n${count(' ')} right, ${count('!')} wrong, ${nodeFaults.length - rows.length} not tried\n`,
  );
});

/** Runs in a group of processes that gets so much of one CPU; undefined where this machine has no such groups. */
async function limitCpu(percent: number): Promise<{ setup: string; end(): Promise<void> } | undefined> {
  const name = `afp-${process.pid}-${percent}`;
  for (const [dir, file, value] of [
    [`/sys/fs/cgroup/cpu/${name}`, 'cpu.cfs_quota_us', String(percent * 1_000)],
    [`/sys/fs/cgroup/${name}`, 'cpu.max', `${percent * 1_000} 100000`],
  ] as const) {
    const made = await mkdir(dir)
      .then(() => writeFile(`${dir}/${file}`, value))
      .then(
        () => true,
        () => false,
      );
    if (made) return { setup: `echo $$ > ${dir}/cgroup.procs`, end: () => rmdir(dir).catch(() => {}) };
    await rmdir(dir).catch(() => {});
  }
  return undefined;
}

async function provoke({ scene, facts, exit, cpu }: NodeFault): Promise<Partial<Seen> & Pick<Seen, 'given' | 'message'>> {
  if (scene === undefined) return judgeFacts(facts!, exit);
  const limit = cpu === undefined ? undefined : await limitCpu(cpu);
  try {
    return await lab.run(limit === undefined ? scene : { ...scene, setup: limit.setup });
  } finally {
    await limit?.end();
  }
}

const cpuIsWhole = ({ cpu }: NodeFault) => cpu === undefined;
const wants = ({ must }: NodeFault) => [must].flat();
const isRight = (row: NodeFault, { given, message, seconds = 0 }: Partial<Seen>) =>
  wants(row).includes(given!) && seconds < MOST_SECONDS && (row.says ?? /^/).test(message!);

describe('the node script and its judge, under each fault that was seen in the field', () => {
  test.concurrent.for(nodeFaults.map((row) => [row.fault, row] as const))(
    '%s',
    { timeout: 240_000 },
    async ([fault, row], { skip, expect: hope }) => {
      if (row.scene !== undefined && !isReal) return skip('needs root on Linux');
      if (row.scene?.setup?.includes('nft -f') && !hasNft) return skip('needs nft');
      let seen = await provoke(row);
      // Each stage has but seconds, and the machine may stand still for as long.
      for (let left = 2; left > 0 && !isRight(row, seen); left--) seen = await provoke(row);
      rows.push(
        `${isRight(row, seen) ? ' ' : '!'} ${fault.slice(0, 76).padEnd(76)} ${seen.given!.padEnd(44)} ${(seen.seconds ?? 0).toFixed(1)} s`,
      );
      const report = reportIn(seen.stdout);
      if (report !== undefined && cpuIsWhole(row))
        recorded.push({ fault, exitCode: report.exitCode, facts: Object.fromEntries(report.facts) });
      hope.soft(wants(row), seen.stdout).toContain(seen.given);
      hope.soft(seen.message).not.toMatch(CHATTER);
      if (row.says) hope.soft(seen.message).toMatch(row.says);
      if (seen.stdout === undefined) return;
      hope.soft(seen.seconds).toBeLessThan(MOST_SECONDS);
      hope.soft(Buffer.byteLength(seen.stdout)).toBeLessThan(1_536);
      hope.soft({ stderr: seen.stderr, left: seen.left }).toEqual({ stderr: '', left: [] });
    },
  );
});

test('every fault of the table has a name of its own', () => {
  expect(new Set(nodeFaults.map(({ fault }) => fault)).size).toBe(nodeFaults.length);
});
