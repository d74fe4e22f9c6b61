import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { askSimulator } from './ask-simulator.ts';

const help = `Examples:
  npm run fault -- list
  npm run fault -- set shop-prod black-hole
  npm run fault -- set aks-web-12345678-vmss000002 refused
  npm run fault -- clear shop-prod

Switches faults of the simulated Azure that "npm start" runs.

  list              the faults there are, one a line, its id first; then those in force
  set TARGET FAULT  switches a fault on at once; TARGET is a node, a cluster, a subscription id or "ingestion"
  clear TARGET      ends it

  --dir DIR         the state folder of "npm start" (.local)
`;

const stateSchema = z.object({ simulatorUrl: z.url(), caFile: z.string() });
const listSchema = z.object({
  catalogue: z.array(z.object({ id: z.string(), scopes: z.array(z.string()), verdict: z.string(), sentence: z.string() })),
  active: z.array(z.object({ target: z.string(), fault: z.string(), since: z.string() })),
});
const problemSchema = z.looseObject({ detail: z.string() });

class UsageError extends Error {}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, dir: { type: 'string', default: '.local' } },
  });
  const { dir } = values;
  const [verb, target, fault] = positionals;
  if (values.help === true) process.stdout.write(help);
  else if (verb === 'list' && positionals.length === 1)
    process.stdout.write(printList(listSchema.parse(await ask(dir, 'GET', '/control/faults'))));
  else if (verb === 'set' && target !== undefined && fault !== undefined && positionals.length === 3) {
    await ask(dir, 'PUT', `/control/faults/${encodeURIComponent(target)}`, { fault });
    process.stdout.write(`${target}: ${fault}\n`);
  } else if (verb === 'clear' && target !== undefined && positionals.length === 2) {
    await ask(dir, 'DELETE', `/control/faults/${encodeURIComponent(target)}`);
    process.stdout.write(`${target}: no fault\n`);
  } else throw new UsageError('Expected list, set TARGET FAULT, or clear TARGET: see --help.');
}

function printList({ catalogue, active }: z.output<typeof listSchema>): string {
  const lines = catalogue.map(({ id, scopes, sentence }) => `${id.padEnd(20)} ${scopes.join('|').padEnd(26)} ${sentence}`);
  const inForce = active.map(({ target, fault, since }) => `${fault.padEnd(20)} on ${target} since ${since}`);
  return `${[...lines, ...(inForce.length === 0 ? [] : ['', 'In force:', ...inForce])].join('\n')}\n`;
}

async function ask(dir: string, method: string, path: string, body?: object): Promise<unknown> {
  const { simulatorUrl, caFile } = await readState(dir);
  const { status, text } = await askSimulator({ url: simulatorUrl, caFile }, method, path, body).catch(() => notRunning());
  const answer: unknown = JSON.parse(text);
  if (status < 400) return answer;
  const { detail, possible, candidates, clusters, nodes } = problemSchema.parse(answer);
  const choices = [possible, candidates, clusters, nodes].flat().filter((choice) => typeof choice === 'string');
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
  const isUsage = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = isUsage ? 2 : 1;
}
