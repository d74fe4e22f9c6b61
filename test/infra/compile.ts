import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Whether a command runs and succeeds. */
const works = (command: string, ...args: string[]) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** The Bicep compiler, as `scripts/fetch-bicep.sh` fetches it or as it is installed; undefined where there is none. */
export const bicep = [`${root}.local/bicep/bicep`, 'bicep'].find((command) => works(command, '--version'));

/** The command that builds a template: of the compiler, or of the Azure CLI; undefined where there is neither. */
export function findBuilder(): [command: string, ...args: string[]] | undefined {
  if (bicep !== undefined) return [bicep, 'build', '--stdout'];
  return works('az', 'bicep', 'version') ? ['az', 'bicep', 'build', '--stdout', '--file'] : undefined;
}

/** A resource that a deployment would make, as the compiler predicts it. */
export interface Predicted {
  id: string;
  type: string;
  name: string;
  location?: string;
  tags?: Record<string, string>;
  properties?: Record<string, unknown>;
  [key: string]: unknown;
}

export const MODES = ['default', 'network', 'landing-zone', 'management-group'] as const;
export type Mode = (typeof MODES)[number];

/** Where the prober is deployed to in tests, and what it monitors. */
export const OWN = 'aaaaaaaa-0000-4000-8000-000000000001';
export const MONITORED = ['bbbbbbbb-0000-4000-8000-000000000001', 'bbbbbbbb-0000-4000-8000-000000000002'];
const TENANT = 'cccccccc-0000-4000-8000-000000000001';
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  managementGroup: ['--management-group-id', 'fleet', '--location', 'westeurope'],
  subscription: ['--subscription-id', OWN, '--location', 'westeurope'],
  resourceGroup: ['--subscription-id', OWN, '--resource-group', 'MC_shop'],
};
const SAMPLE = '00000000-0000-0000-0000-000000000000';

/** The environment that the parameters of a mode are read from. */
const environmentOf = (mode: Mode): Record<string, string> => ({
  AZURE_ENV_NAME: 'prod',
  AZURE_LOCATION: 'westeurope',
  ALERT_EMAILS: 'oncall@example.com',
  ...(mode === 'management-group' ? { MANAGEMENT_GROUP: 'fleet' } : { MONITORED_SUBSCRIPTIONS: MONITORED.join(',') }),
});

// Queries and the workbook have tests of their own; here it matters only that they have not changed unseen.
const shorten = (given: string) => {
  // The time of the deployment is part of the name of a remediation.
  const text = given.replaceAll(/(fleet-prober-\w+)-20\d{12}/g, '$1-<time>');
  return text.length < 600 ? text : `<${text.length} characters, SHA-256 ${createHash('sha256').update(text).digest('hex').slice(0, 16)}>`;
};

/**
 * What the compiler predicts that a parameter file would deploy, with all its modules and the tag that
 * companies ask for: every expression that does not need Azure is computed.
 *
 * @param change - edits the text of the parameter file before it is compiled.
 * @throws Error with what the compiler said, if it refuses.
 */
export function predict(mode: Mode, change: (parameters: string) => string = (text) => text): Predicted[] {
  const text = change(readFileSync(`${root}infra/mode-${mode}.bicepparam`, 'utf8').replaceAll(SAMPLE, OWN));
  return predictText(/^param tags /m.test(text) ? text : `${text}\nparam tags = { costCenter: 'platform' }\n`, environmentOf(mode));
}

/** The same of a template with the values of its parameters given. */
export function predictFile(file: string, given: Record<string, string | readonly string[]>): Predicted[] {
  const written = (value: string | readonly string[]): string =>
    typeof value === 'string' ? `'${value}'` : `[${value.map(written).join(', ')}]`;
  const lines = Object.entries(given).map(([name, value]) => `param ${name} = ${written(value)}`);
  return predictText(`using '${file}'\n\n${lines.join('\n')}\n`);
}

/** What was predicted in this process: the compiler takes seconds. */
const predicted = new Map<string, Predicted[]>();

function predictText(parameters: string, environment: Record<string, string> = {}): Predicted[] {
  const key = JSON.stringify([parameters, environment]);
  const resources = predicted.get(key) ?? compile(parameters, environment);
  predicted.set(key, resources);
  return resources;
}

function compile(parameters: string, environment: Record<string, string>): Predicted[] {
  const dir = mkdtempSync(join(tmpdir(), 'aks-fleet-prober-bicep-'));
  try {
    cpSync(`${root}infra`, dir, { recursive: true });
    const file = join(dir, 'main.bicepparam');
    writeFileSync(file, parameters);
    const [, template] = /^using '(.*)'$/m.exec(parameters)!;
    const { scope = 'resourceGroup' } = /^targetScope = '(?<scope>\w+)'$/m.exec(readFileSync(join(dir, template!), 'utf8'))?.groups ?? {};
    const args = ['snapshot', file, '--mode', 'overwrite', '--tenant-id', TENANT, '--deployment-name', 'fleet-prober', ...SCOPES[scope]!];
    const { status, stdout, stderr } = spawnSync(bicep!, args, { encoding: 'utf8', env: { ...process.env, ...environment } });
    if (status !== 0) throw new Error(`${stdout}${stderr}`);
    const text = readFileSync(join(dir, 'main.snapshot.json'), 'utf8');
    return JSON.parse(text, (key, value) => (typeof value === 'string' && key !== 'condition' ? shorten(value) : value)).predictedResources;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const committed = (mode: Mode) => fileURLToPath(new URL(`snapshots/${mode}.json`, import.meta.url));

/** The file that a prediction is kept in, so that a change to what is deployed is seen in review. */
export const snapshotFile = (mode: Mode) => committed(mode);

/** What a mode deploys, as it was last predicted: the same also where there is no compiler. */
export function deployed(mode: Mode): Predicted[] {
  return JSON.parse(readFileSync(committed(mode), 'utf8'));
}
