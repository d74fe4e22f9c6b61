const examples = `Examples:
  npm run --silent cli -- check --node aks-web-12345678-vmss000000
  npm run --silent cli -- check --id /subscriptions/…/virtualMachineScaleSets/aks-web-12345678-vmss/virtualMachines/0 -v
  npm run --silent cli -- check --subscription S --node-resource-group RG --vmss V --instance-id 0 --json
  npm run --silent cli -- check --node aks-web-12345678-vmss000000 --explain
  npm run --silent cli -- plan
  npm run --silent cli -- notify --test`;

const commands = {
  check: `check   probes one node, through Azure Run Command: whether it can reach its Kubernetes API server
  --node NAME               name of the Kubernetes node, searched in SUBSCRIPTIONS, or in all that you can read
  --cluster ID              its cluster, as <subscription id>.<resource group>.<cluster name>, if several have such a node
                            a node that INCLUDE_CLUSTERS, EXCLUDE_CLUSTERS or a tag excludes is refused
  --id ID                   resource ID of a scale set instance or of a VM, in any letter case; such a node is probed even if it is excluded
  --subscription, --node-resource-group, --vmss, --instance-id
                            the same in four parts
  -v, --verbose             also the command, the machine, and Azure's answer
  --explain                 if it cannot: also what in Azure’s configuration may have cut it off, with your own rights, and what changed
  --json                    the result as JSON
  Name the node in one of these ways. If another run is in progress on it, the check waits up to 2 minutes.
  Exit status: 0 reachable, 1 unreachable, 2 usage error, 3 unknown, 4 no such node.`,

  plan: `plan    shows what a sweep would probe, what not and why, missing permissions, its pace and its cost; it runs nothing on a node
  --json                    the plan as JSON
  Exit status: 0 nothing to fix, 1 something to fix, 2 usage error, 3 the plan could not be made.
  Reads the settings of the app from the environment: SUBSCRIPTIONS, INCLUDE_CLUSTERS, SWEEP_SCHEDULE and so on.`,

  notify: `notify  tells of an incident, as the app would
  --test                    of one that never was and says so: its start and its end, directly to every sink that the settings name
  --json                    what each answered as JSON
  Exit status: 0 all accepted it, 1 one did not, 2 usage error, or no sink in the settings.
  Reads APPLICATIONINSIGHTS_CONNECTION_STRING, WEBHOOKS and WEBHOOK_SECRETS from the environment, with the secrets themselves.`,
} as const;

export type CommandName = keyof typeof commands;

/** The commands, in the order in which the help describes them. */
export const commandNames = Object.keys(commands) as CommandName[];

/** Whether a word is the name of a command. */
export const isCommand = (word: string | undefined): word is CommandName => commandNames.some((name) => name === word);

/**
 * The help: the examples first, then what it does.
 *
 * @param command - the command that help is asked for; all of them without one.
 */
export function helpFor(command: CommandName | undefined): string {
  const isOf = (line: string) =>
    command === undefined || !line.startsWith('  ') || line.includes(`cli -- ${command} `) || line.endsWith(`cli -- ${command}`);
  const shown = examples.split('\n').filter(isOf).join('\n');
  const described = command === undefined ? commandNames.map((name) => commands[name]) : [commands[command]];
  return `${[
    shown,
    'Works with your own sign-in, directly with Azure, and stores nothing.',
    ...described,
    `${command === undefined ? '--help after a command tells of it alone; --version prints the version. ' : ''}The result goes to standard output, progress to standard error.`,
  ].join('\n\n')}\n`;
}
