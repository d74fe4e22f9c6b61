import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readArguments } from '../src/cli/read-arguments.ts';
import { UsageError, usageError } from '../src/cli/usage-error.ts';
import { askSimulator } from './ask-simulator.ts';

const help = `Examples:
  npm run fault -- list
  npm run fault -- set shop-prod black-hole
  npm run fault -- set aks-web-12345678-vmss000002 refused
  npm run fault -- set hub-europe next-hop-dead
  npm run fault -- clear shop-prod

Switches faults of the simulated Azure that "npm start" runs.

  list              the faults there are, one a line, its id first; then those in force
  set TARGET FAULT  switches a fault on at once; TARGET is a node, a cluster, a hub, a subscription id
                    or "ingestion"
  clear TARGET      ends it

  --dir DIR         the state folder of "npm start" (.local)
`;

const stateSchema = z.object({ simulatorUrl: z.url(), caFile: z.string() });
const listSchema = z.object({
  catalogue: z.array(z.object({ id: z.string(), scopes: z.array(z.string()), verdict: z.string(), sentence: z.string() })),
  active: z.array(z.object({ target: z.string(), fault: z.string(), since: z.string() })),
});
const problemSchema = z.looseObject({ detail: z.string() });

/** The verb of the command line; undefined where its arguments do not fit. */
function readVerb([verb, target, fault, ...more]: readonly string[]): 'list' | 'set' | 'clear' | undefined {
  if (verb === 'list' && target === undefined) return verb;
  if (verb === 'clear' && target !== undefined && fault === undefined) return verb;
  return verb === 'set' && fault !== undefined && more.length === 0 ? verb : undefined;
}

async function main(): Promise<void> {
  const { values, positionals, mistakes } = readArguments(process.argv.slice(2), {
    help: { type: 'boolean', short: 'h' },
    dir: { type: 'string', default: '.local' },
  });
  const { dir } = values;
  const [, target = '', fault = ''] = positionals;
  if (values.help === true) {
    process.stdout.write(help);
    return;
  }
  const verb = readVerb(positionals);
  if (verb === undefined) mistakes.push(`Expected list, set TARGET FAULT, or clear TARGET, got "${positionals.join(' ')}"`);
  if (mistakes.length > 0) throw usageError(mistakes);
  if (verb === 'list') process.stdout.write(printList(listSchema.parse(await ask(dir, 'GET', '/control/faults'))));
  if (verb === 'set') await ask(dir, 'PUT', `/control/faults/${encodeURIComponent(target)}`, { fault });
  if (verb === 'clear') await ask(dir, 'DELETE', `/control/faults/${encodeURIComponent(target)}`);
  if (verb !== 'list') process.stdout.write(`${target}: ${verb === 'set' ? fault : 'no fault'}\n`);
}

function printList({ catalogue, active }: z.output<typeof listSchema>): string {
  const lines = catalogue.map(({ id, scopes, sentence }) => `${id.padEnd(26)} ${scopes.join('|').padEnd(26)} ${sentence}`);
  const inForce = active.map(({ target, fault, since }) => `${fault.padEnd(26)} on ${target} since ${since}`);
  return `${[...lines, ...(inForce.length === 0 ? [] : ['', 'In force:', ...inForce])].join('\n')}\n`;
}

async function ask(dir: string, method: string, path: string, body?: object): Promise<unknown> {
  const { simulatorUrl, caFile } = await readState(dir);
  const { status, text } = await askSimulator({ url: simulatorUrl, caFile }, method, path, body).catch(() => notRunning());
  const answer: unknown = JSON.parse(text);
  if (status < 400) return answer;
  const { detail, possible, candidates, clusters, hubs, nodes } = problemSchema.parse(answer);
  const choices = [possible, candidates, clusters, hubs, nodes].flat().filter((choice) => typeof choice === 'string');
  throw new Error([detail, ...choices.map((choice) => `  ${choice}`)].join('\n'));
}

async function readState(dir: string): Promise<z.output<typeof stateSchema>> {
  const file = join(dir, 'state.json');
  const text = await readFile(file, 'utf8').catch(() => notRunning());
  return stateSchema.parse(JSON.parse(text));
}

function notRunning(): never {
  throw new Error('Nothing is running in this folder: start it with "npm start", then try again.');
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
