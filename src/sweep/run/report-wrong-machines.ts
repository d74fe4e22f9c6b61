import { log } from '../../log.ts';
import { reportError } from '../../notify/report-error.ts';
import { wrongMachineEvent } from '../../notify/wrong-machine-event.ts';
import type { Services } from '../../services.ts';
import type { Ended } from './inspect.ts';

/** Reports, once an hour for each node, that another machine answered for it: unless somebody just replaced it, that is a security incident. */
export async function reportWrongMachines(services: Services, cluster: string, ended: readonly Ended[]): Promise<void> {
  for (const { node, result } of ended) {
    if (result.reason !== 'WrongMachine') continue;
    log.error(`${node} of ${cluster}: ${result.message}`);
    await reportError(services, 'wrong-machine', wrongMachineEvent(cluster, node, result.message, services.now()));
  }
}
