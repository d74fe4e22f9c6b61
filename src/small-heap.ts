import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 collect garbage before its heap grows by a sixth, and leave the space for new objects as small as it starts. By itself it lets a heap of
 * 50 MB grow to four times that and keeps the pages, and an instance has 512 MB for everything. It costs CPU time, of which a worker that waits for
 * Azure has plenty. By flags in the process, since Azure starts a worker before it knows whose it is: arguments and `NODE_OPTIONS` come too late.
 * To be imported before what takes memory to load.
 */
for (const flag of ['--heap-growing-percent=15', '--semi-space-growth-factor=1']) setFlagsFromString(flag);
