import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askSimulator } from '../../local/ask-simulator.ts';
import { type App, quickSweeps, type Stage, setStage } from '../e2e/stage.ts';
import { until } from '../host/until.ts';

const common = { resourceGroup: 'rg-one', location: 'westeurope', kubernetesVersion: '1.33.5' };
const fleet = {
  subscriptions: [
    {
      id: 'eeeeeeee-0000-4000-8000-000000000002',
      name: 'One',
      clusters: [{ ...common, name: 'one', pools: [{ name: 'web', count: 1 }] }],
    },
  ],
};
/** Throws in a timer, where nobody can catch it, as a library's own timer does. */
const PLANTED = `data:text/javascript,${encodeURIComponent('process.once("SIGUSR2", () => setTimeout(() => { throw new TypeError("planted"); }))')}`;

interface Envelope {
  data: { baseType: string; baseData: { exceptions?: object[] } };
}

let stage: Stage;
let app: App;
beforeAll(async () => {
  stage = await setStage(fleet, { instantNodes: true });
  app = await stage.startApp({ ...quickSweeps(60), NODE_OPTIONS: `--import ${PLANTED}` });
});
afterAll(() => stage.end());

describe('an error that nobody caught', { timeout: 60_000 }, () => {
  it('ends the process with its stack in the log, on a line that the host levels as an error, with one ProberError and one exception', async () => {
    process.kill(app.pid, 'SIGUSR2');
    expect(await app.exited).toEqual({ code: 1, signal: null });
    const line = await until('the error to be logged', () => stage.log.find((each) => each.includes('planted')));
    expect(line).toMatch(/unexpected error, the process ends and is started anew: TypeError: planted \| at /);
    const errors = await stage.events('ProberError');
    expect(errors.map(({ properties }) => properties)).toEqual([
      {
        eventId: expect.stringMatching(/^crash\/\d{4}-\d\d-\d\dT\d\d\/[0-9a-f]{16}$/),
        message: expect.stringContaining('TypeError: planted'),
        evidence: expect.stringMatching(/^TypeError: planted\n\s+at /),
      },
    ]);
    const envelopes = JSON.parse((await askSimulator(stage.simulator, 'GET', '/control/telemetry')).text) as Envelope[];
    const exceptions = envelopes.filter(({ data }) => data.baseType === 'ExceptionData').map(({ data }) => data.baseData.exceptions);
    expect(exceptions).toMatchObject([[{ typeName: 'TypeError', message: 'planted' }]]);
  });
});
