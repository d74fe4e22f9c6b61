import { readArguments } from '../src/cli/read-arguments.ts';
import { readSettings, settingNames } from '../src/settings.ts';
import { demoFleet } from './demo-fleet.ts';
import { type Fleet, loadFleet } from './simulator/fleet-schema.ts';
import { scheduleFor } from './sweep-schedule.ts';

export const help = `Examples:
  npm start
  npm start -- --sweep-seconds 60 --port 8080
  npm start -- --fleet my-fleet.json --keep
  FAILURE_THRESHOLD=1 npm start

Runs the prober on this machine against a simulated Azure, and prints the address of its status page.
While it runs, switch faults in another terminal: npm run fault -- list

  --port N                 port of the status page and the API (7071)
  --sweep-seconds N        time between sweeps: a divisor of 60, or whole minutes that divide an hour (30)
  --run-command-seconds N  how long Azure takes for a run at least (2)
  --fleet FILE             a fleet of your own as JSON, instead of the demonstration fleet
  --no-history             begin the demonstration fleet without its day of made-up history
  --keep                   keep the state of the last run
  --dir DIR                folder for all state (.local)
  --func                   run the app on Azure Functions Core Tools, which must be installed (npm run start:func)

Settings of the prober in the environment are passed on.
`;

export interface StartOptions {
  port: number;
  schedule: string;
  sweepSeconds: number;
  runCommandSeconds: number;
  fleet: Fleet;
  keep: boolean;
  /** Whether the fleet gets a day of made-up history. */
  history: boolean;
  isDemonstration: boolean;
  dir: string;
  /** Whether Azure Functions Core Tools run the app. */
  func: boolean;
  /** Settings of the prober that the user's environment holds. */
  settings: Record<string, string>;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/**
 * Reads the command line, the fleet file and the environment's settings before anything runs.
 *
 * @returns undefined where help was asked for.
 * @throws Error that lists every mistake of all three.
 */
export async function readStartOptions(args: string[], env: NodeJS.ProcessEnv): Promise<StartOptions | undefined> {
  const { values, positionals, mistakes } = readArguments(args, {
    port: { type: 'string', default: '7071' },
    'sweep-seconds': { type: 'string', default: '30' },
    'run-command-seconds': { type: 'string', default: '2' },
    fleet: { type: 'string' },
    keep: { type: 'boolean', default: false },
    'no-history': { type: 'boolean', default: false },
    dir: { type: 'string', default: '.local' },
    func: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (values.help) return undefined;
  if (positionals.length > 0) mistakes.push(`expected nothing but options, got "${positionals.join(' ')}"`);
  const read = (name: 'port' | 'sweep-seconds' | 'run-command-seconds', low: number, high: number): number => {
    const value = Number(values[name]);
    if (!/^\d+(\.\d+)?$/.test(values[name]) || value < low || value > high)
      mistakes.push(`--${name}: expected a number from ${low} to ${high}, got "${values[name]}"`);
    return value;
  };
  const port = read('port', 0, 65_535);
  const sweepSeconds = read('sweep-seconds', 1, 3600);
  const runCommandSeconds = read('run-command-seconds', 0, 100);
  const schedule = scheduleFor(sweepSeconds);
  if (schedule === undefined)
    mistakes.push(`--sweep-seconds: expected a divisor of 60, or whole minutes that divide an hour, got "${values['sweep-seconds']}"`);
  const fleet = values.fleet === undefined ? demoFleet : await loadFleet(values.fleet).catch((error) => mistakes.push(messageOf(error)));
  const given = settingNames.filter((name) => env[name]);
  const settings = Object.fromEntries(given.map((name) => [name, env[name]!]));
  try {
    readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true', ...settings });
  } catch (error) {
    mistakes.push(messageOf(error));
  }
  if (mistakes.length > 0) throw new Error(`Nothing was started:\n${mistakes.join('\n')}`);
  return {
    port,
    schedule: schedule!,
    sweepSeconds,
    runCommandSeconds,
    fleet: fleet as Fleet,
    keep: values.keep,
    history: values.fleet === undefined && !values.keep && !values['no-history'],
    isDemonstration: values.fleet === undefined,
    dir: values.dir,
    func: values.func,
    settings,
  };
}
