/** An option of a command. Without `value` it is a flag. */
export interface CliOption {
  name: string;
  short?: string;
  /** What stands for its value in the help. */
  value?: string;
  /** The values that it takes, if these are few; or what a shell completes it with. */
  values?: readonly string[] | 'file';
  text: string;
}

/** A command, from which its help, its parser and the completion of shells are made. */
export interface Command {
  name: string;
  summary: string;
  /** What follows the name of the command, and the words that it can be. */
  words?: readonly { name: string; values?: readonly string[]; optional?: true }[];
  options: readonly CliOption[];
  notes: readonly string[];
  exit: string;
  /** What follows the name of the program. */
  examples: readonly string[];
}

const output = (...values: string[]): CliOption => ({ name: 'output', short: 'o', value: 'FORMAT', values, text: `${values.join(', ')}` });
const json: CliOption = { name: 'json', text: 'the same as -o json' };
const server: readonly CliOption[] = [
  { name: 'server', value: 'URL', text: 'address of the service; AKS_FLEET_PROBER_SERVER without it' },
  { name: 'key-file', value: 'FILE', values: 'file', text: 'file with a function key; AKS_FLEET_PROBER_KEY without it' },
  { name: 'entra', value: 'APP-ID-URI', text: 'sign in by Entra ID instead, with az login or another identity of yours' },
];
const cluster = (text: string): CliOption => ({ name: 'cluster', value: 'NAME', text });
const SERVER_NOTE =
  'A service on this machine needs no key. Neither a key nor a token is sent in an address, nor over http to another machine.';
const SERVER_EXIT = '0 done, 2 usage error, 3 the service could not be asked, 4 no such thing.';
const LISTS = ['clusters', 'nodes', 'outages', 'incidents', 'sweeps'] as const;
const SUBJECTS = ['node', 'cluster', 'outage', 'incident'] as const;
const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;

/** Every command, in the order in which the help describes them. */
export const commands = [
  {
    name: 'check',
    summary: 'probes one node, or all of a cluster, through Azure Run Command: whether it can reach its Kubernetes API server',
    options: [
      { name: 'node', value: 'NAME', text: 'name of the Kubernetes node, searched in SUBSCRIPTIONS, or in all that you can read' },
      cluster(
        'without --node: probes all nodes of this cluster; with it: which cluster, if several have such a node. Its name, <resource group>/<name>, or <subscription id>.<resource group>.<name>',
      ),
      {
        name: 'id',
        value: 'ID',
        text: 'resource ID of a scale set instance or of a VM, in any letter case; probed even if it is excluded',
      },
      { name: 'subscription', value: 'ID', text: 'the same in four parts: the subscription,' },
      { name: 'node-resource-group', value: 'NAME', text: 'the resource group of the nodes,' },
      { name: 'vmss', value: 'NAME', text: 'the scale set,' },
      { name: 'instance-id', value: 'N', text: 'and the number of the instance' },
      { name: 'concurrency', value: 'N', text: 'of a cluster: how many nodes at once, 10 unless given, 50 at most' },
      { name: 'verbose', short: 'v', text: 'also the command, the machine, and Azure’s answer' },
      {
        name: 'explain',
        text: 'also what each stage measured; and if it cannot, what in Azure’s configuration may have cut it off, with your own rights, and what changed',
      },
      output('table', 'wide', 'json', 'name'),
      json,
    ],
    notes: [
      'Name the node in one of these ways. If another run is in progress on it, the check waits up to 2 minutes. A node that INCLUDE_CLUSTERS, EXCLUDE_CLUSTERS or a tag excludes is refused by name.',
      'wide and name are for the nodes of a cluster; name prints those that are not reachable.',
    ],
    exit: '0 reachable, 1 unreachable, 2 usage error, 3 unknown, 4 no such node or cluster; of a cluster: 1 if any node is unreachable, else 3 if any is unknown.',
    examples: [
      'check --node aks-web-12345678-vmss000000',
      'check --id /subscriptions/…/virtualMachineScaleSets/aks-web-12345678-vmss/virtualMachines/0 -v',
      'check --subscription S --node-resource-group RG --vmss V --instance-id 0 -o json',
      'check --node aks-web-12345678-vmss000000 --explain',
      'check --cluster rg-shop/shop --concurrency 20',
    ],
  },
  {
    name: 'plan',
    summary: 'shows what a sweep would probe, what not and why, missing permissions, its pace and its cost; it runs nothing on a node',
    options: [output('table', 'wide', 'json', 'name'), json],
    notes: [
      'Reads the settings of the app from the environment: SUBSCRIPTIONS, INCLUDE_CLUSTERS, SWEEP_SCHEDULE and so on.',
      'name prints the ids of the clusters.',
    ],
    exit: '0 nothing to fix, 1 something to fix, 2 usage error, 3 the plan could not be made.',
    examples: ['plan', 'plan -o wide'],
  },
  {
    name: 'notify',
    summary: 'notifies of an incident, as the app would',
    options: [
      {
        name: 'test',
        text: 'of one that never was and says so: its start and its end, directly to every sink that the settings name',
      },
      output('table', 'json'),
      json,
    ],
    notes: ['Reads APPLICATIONINSIGHTS_CONNECTION_STRING, WEBHOOKS and WEBHOOK_SECRETS from the environment, with the secrets themselves.'],
    exit: '0 all accepted it, 1 one did not, 2 usage error, or no sink in the settings.',
    examples: ['notify --test'],
  },
  {
    name: 'get',
    summary: 'lists what a deployed service knows',
    words: [{ name: 'WHAT', values: LISTS }],
    options: [
      ...server,
      cluster('nodes and outages: those of this cluster alone; its name, <resource group>/<name>, or its id'),
      {
        name: 'state',
        value: 'STATE',
        values: ['open', 'all'],
        text: 'outages and incidents: open ones, or also those that are over; open unless given',
      },
      { name: 'reachable', value: 'STATUS', values: ['True', 'False', 'Unknown'], text: 'nodes: only those with this condition' },
      { name: 'limit', value: 'N', text: 'how many at most, 100 unless given' },
      output('table', 'wide', 'json', 'name'),
      json,
    ],
    notes: [SERVER_NOTE],
    exit: SERVER_EXIT,
    examples: [
      'get clusters --server https://fleet-prober-prod.azurewebsites.net --key-file key.txt',
      'get nodes --cluster rg-shop/shop --reachable False',
      'get outages --state all -o json',
    ],
  },
  {
    name: 'describe',
    summary: 'shows all that a deployed service knows of one thing',
    words: [{ name: 'WHAT', values: SUBJECTS }, { name: 'NAME' }],
    options: [...server, cluster('node: its cluster, if several have such a node'), output('table', 'json'), json],
    notes: [SERVER_NOTE],
    exit: SERVER_EXIT,
    examples: ['describe node aks-web-12345678-vmss000000', 'describe cluster rg-shop/shop'],
  },
  {
    name: 'watch',
    summary: 'prints outages and incidents of a deployed service as they begin and end, one line each, until Ctrl-C',
    options: [
      ...server,
      cluster('outages of this cluster alone'),
      { name: 'every', value: 'SECONDS', text: 'how often it asks, 15 unless given, 5 at least' },
      output('table', 'json'),
      json,
    ],
    notes: [SERVER_NOTE, 'json prints one JSON object a line.'],
    exit: '130 by Ctrl-C, 2 usage error, 3 the service could not be asked, 4 no such cluster.',
    examples: ['watch --server http://127.0.0.1:7071', 'watch --cluster rg-shop/shop -o json'],
  },
  {
    name: 'completion',
    summary: 'prints a script that completes commands and options in your shell',
    words: [{ name: 'SHELL', values: SHELLS }],
    options: [],
    notes: [],
    exit: '0 done, 2 usage error.',
    examples: ['completion bash > /etc/bash_completion.d/aks-fleet-prober', 'completion powershell >> $PROFILE'],
  },
] as const satisfies readonly Command[];

export type CommandName = (typeof commands)[number]['name'];
export type ListName = (typeof LISTS)[number];
export type SubjectName = (typeof SUBJECTS)[number];
export type ShellName = (typeof SHELLS)[number];

/** The names of the commands. */
export const commandNames: readonly CommandName[] = commands.map(({ name }) => name);

/** Options that every command has. */
export const commonOptions: readonly CliOption[] = [
  { name: 'help', short: 'h', text: 'describes the command' },
  { name: 'version', text: 'prints the version' },
];

/** Whether a word is the name of a command. */
export const isCommand = (word: string | undefined): word is CommandName => commandNames.some((name) => name === word);

/** The command of a name. */
export const commandOf = (name: CommandName): Command => commands.find((each) => each.name === name)!;
