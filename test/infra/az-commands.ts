const names = (text: string) => new Set(text.split(' ').map((name) => `--${name}`));

/**
 * The commands of the Azure CLI that the guides and the pipelines use, each with the options that it has (of those that could be meant), as its reference
 * lists them: https://learn.microsoft.com/cli/azure/reference-index. A command or an option that is not here has to be looked up and added.
 */
export const azCommands: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    'account set': 'subscription',
    'ad app create': 'display-name sign-in-audience enable-id-token-issuance web-redirect-uris query output',
    'ad app delete': 'id',
    'ad app federated-credential create': 'id parameters',
    'ad sp create': 'id',
    'aks list': 'subscription query output',
    'aks update': 'resource-group name tags subscription',
    'deployment group create': 'subscription resource-group name template-file parameters output',
    'deployment mg create': 'name management-group-id location template-file parameters query output',
    'deployment mg show': 'name management-group-id query output',
    'deployment sub create': 'name location subscription template-file parameters query output',
    'deployment sub show': 'name subscription query output',
    'deployment sub what-if': 'name location subscription template-file parameters validation-level no-pretty-print',
    'functionapp deployment source config-zip': 'resource-group name src build-remote',
    'functionapp keys delete': 'resource-group name key-type key-name',
    'functionapp keys list': 'resource-group name query output',
    'functionapp keys set': 'resource-group name key-type key-name key-value output',
    'functionapp vnet-integration remove': 'resource-group name',
    'group delete': 'name yes',
    'monitor app-insights query': 'apps resource-group analytics-query',
    'policy assignment delete': 'name scope',
    'policy assignment list': 'scope query output',
    'policy assignment show': 'name scope query output',
    'policy definition delete': 'name subscription management-group',
    'policy remediation create': 'name policy-assignment subscription management-group resource-discovery-mode',
    'policy state trigger-scan': 'subscription',
    'provider register': 'namespace wait',
    'role assignment delete': 'ids',
    'role assignment list': 'all subscription assignee role query output',
    'role definition delete': 'name scope',
  }).map(([command, options]) => [command, names(options)]),
);

/** Options that take no value: what follows them is another word. */
const FLAGS = new Set(['--all', '--wait', '--yes', '--no-pretty-print']);

/** What is wrong with a call of `az`; undefined if nothing is. */
export function mistakeOf(words: readonly string[]): string | undefined {
  const first = words.findIndex((word) => word.startsWith('-'));
  const command = words.slice(0, first === -1 ? words.length : first).join(' ');
  const known = azCommands.get(command);
  if (known === undefined) return `no command "az ${command}" is known`;
  let takesValues = false;
  for (const [at, word] of words.entries()) {
    if (at < first || first === -1) continue;
    if (word.startsWith('--')) {
      if (!known.has(word)) return `"az ${command}" has no option ${word}`;
      takesValues = !FLAGS.has(word);
    } else if (!takesValues) return `"az ${command}" takes no "${word}" there`;
    else if (words[at - 1] !== '--parameters' && !word.includes('=')) takesValues = false;
  }
  return undefined;
}
