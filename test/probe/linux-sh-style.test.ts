import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const hasShellcheck = await run('shellcheck', ['--version']).then(
  () => true,
  () => false,
);

describe('the node script as text', () => {
  it.skipIf(!hasShellcheck)('is found free of faults by shellcheck, as POSIX sh', async () => {
    const script = new URL('../../src/probe/linux.sh', import.meta.url).pathname;
    const found = await run('shellcheck', ['-s', 'sh', '-f', 'gcc', script]).catch(({ stdout }) => ({ stdout }));
    expect(found.stdout).toBe('');
  });
});
