import { setFlagsFromString } from 'node:v8';

/**
 * Makes V8 collect garbage before its heap grows by a sixth, and keep the space for new objects at its initial size. By default it lets a heap of
 * 50 MB grow to four times that and keeps the pages, while an instance has 512 MB in total. This costs CPU time, but a worker that waits for Azure
 * has plenty. The flags are set in the process, since Azure starts a worker before it is assigned to an app: arguments and `NODE_OPTIONS` come too late.
 * Call it after the modules are loaded.
 */
export function keepHeapSmall(): void {
  for (const flag of ['--heap-growing-percent=15', '--semi-space-growth-factor=1']) setFlagsFromString(flag);
}
