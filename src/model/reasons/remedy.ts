/** The names that the command of a remedy may hold, as `{name}`: of Azure's resources, of the node, and of what a finding is about. */
export const remedyNames = [
  'subscriptionId',
  'resourceGroup',
  'cluster',
  'nodeResourceGroup',
  'vmss',
  'instanceId',
  'vm',
  'node',
  'pool',
  'os',
  'subnet',
  'endpoint',
  'host',
  // The resource that a finding is about, and what its evidence names.
  'ownerId',
  'ownerSubscription',
  'ownerGroup',
  'owner',
  'ownerParent',
  'rule',
  'tableSubscription',
  'tableGroup',
  'table',
  'route',
  'zone',
  'ranges',
  'networkId',
] as const;
export type RemedyName = (typeof remedyNames)[number];

/** The names that are known; all that is not known is absent. */
export type RemedyNames = { readonly [Name in RemedyName]?: string };

/** What to check or do next, as the catalogues have it. */
export interface RemedyTemplate {
  /** A sentence that helps without the command too. */
  say: string;
  /** Commands for a POSIX shell, of which the first is shown whose names are all known. `{shell}`, `{script}` and `{remover}` follow from the node. */
  commands?: readonly string[];
  /** What to run on the node itself: on Linux, and on Windows if there is a way. */
  script?: string;
  windows?: string;
}

/** What to check or do next, with a command to paste if all the names in it are known. */
export interface Remedy {
  say: string;
  command: string | null;
}

const PLACEHOLDER = /\{(\w+)\}/g;
const LONGEST_NAME = 1000;

/** A value as one word of a POSIX shell; undefined for what no shell or terminal should be handed: an option or a file in disguise, a line break, an invisible character. */
export function shellWord(value: string | undefined): string | undefined {
  if (value === undefined || value === '' || value.length > LONGEST_NAME || /^[-@]/.test(value)) return undefined;
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value)) return undefined;
  return /^[\w./:@%+=,-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

/** Fills the names into a command; undefined if one is not known. */
function fill(command: string, names: Readonly<Record<string, string | undefined>>): string | undefined {
  let isWhole = true;
  const filled = command.replaceAll(PLACEHOLDER, (_, name: string) => {
    const word = Object.hasOwn(names, name) ? shellWord(names[name]) : undefined;
    isWhole &&= word !== undefined;
    return word ?? '';
  });
  return isWhole ? filled : undefined;
}

/** The names in a command or a script of a template. */
export function placeholdersIn(text: string): string[] {
  return [...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
}

/** Makes a remedy of its template, with the names that are known. Pure. */
export function remedyOf({ say, commands = [], script, windows }: RemedyTemplate, names: RemedyNames): Remedy {
  const isWindows = names.os === 'Windows';
  const onNode = isWindows ? windows : script;
  const shell = isWindows ? 'RunPowerShellScript' : 'RunShellScript';
  const remover = `RemoveRunCommand${isWindows ? 'Windows' : 'Linux'}Extension`;
  const all = { ...names, shell, remover, script: onNode && fill(onNode, names) };
  const command = commands.map((each) => fill(each, all)).find((each) => each !== undefined);
  return { say, command: command ?? null };
}

/** A remedy as one line: its sentence, then the command. */
export function remedyLine({ say, command }: Remedy): string {
  return command === null ? say : `${say.replace(/[.:]$/, '')}: ${command}`;
}
