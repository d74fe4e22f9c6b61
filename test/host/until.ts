type Falsy = false | 0 | '' | null | undefined;

/** Polls until the check gives something true, and returns that; throws after the deadline, naming what was awaited. What takes long is asked for seldom. */
export async function until<T>(what: string, check: () => T | Promise<T>, deadlineMs = 10_000): Promise<Exclude<T, Falsy>> {
  const begun = Date.now();
  const deadline = begun + deadlineMs;
  for (;;) {
    const value = await check();
    if (value) return value as Exclude<T, Falsy>;
    if (Date.now() > deadline) throw new Error(`Expected within ${deadlineMs} ms: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, Math.min(1000, 25 + (Date.now() - begun) / 20)));
  }
}

/** True while a process of that id runs. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
