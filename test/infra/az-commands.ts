const names = (text: string) => new Set(text.split(' ').map((name) => `--${name}`));

/**
 * The commands of the Azure CLI that the guides, the pipelines and the remedies use, each with the options that it has (of those that could be meant), as its reference
 * lists them: https://learn.microsoft.com/cli/azure/reference-index. A command or an option that is not here has to be looked up and added.
 */
export const azCommands: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    'account list': 'all query output',
    'account set': 'subscription',
    'ad app create': 'display-name sign-in-audience enable-id-token-issuance web-redirect-uris query output',
    'ad app delete': 'id',
    'ad app federated-credential create': 'id parameters',
    'ad sp create': 'id',
    'aks list': 'subscription query output',
    'aks nodepool list': 'subscription resource-group cluster-name query output',
    'aks nodepool upgrade': 'subscription resource-group cluster-name name node-image-only',
    'aks rotate-certs': 'subscription resource-group name',
    'aks show': 'subscription resource-group name query output',
    'aks start': 'subscription resource-group name',
    'aks update': 'resource-group name tags subscription tier nrg-lockdown-restriction-level api-server-authorized-ip-ranges',
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
    'lock list': 'subscription resource-group output',
    login: '',
    'monitor activity-log list': 'subscription resource-group resource-id offset output',
    'monitor app-insights query': 'apps resource-group analytics-query',
    'network nat gateway show': 'subscription resource-group name query',
    'network nsg rule list': 'subscription resource-group nsg-name include-default output',
    'network nsg rule show': 'subscription resource-group nsg-name name',
    'network private-dns link vnet create': 'subscription resource-group zone-name name virtual-network registration-enabled',
    'network private-dns link vnet list': 'subscription resource-group zone-name output',
    'network private-dns record-set a list': 'subscription resource-group zone-name',
    'network route-table route list': 'subscription resource-group route-table-name output',
    'network route-table route show': 'subscription resource-group route-table-name name',
    'network vnet peering show': 'subscription resource-group vnet-name name',
    'network vnet show': 'subscription resource-group name query',
    'network vnet subnet show': 'ids query',
    'policy assignment delete': 'name scope',
    'policy assignment list': 'scope query output subscription resource-group disable-scope-strict-match',
    'policy assignment show': 'name scope query output',
    'policy definition delete': 'name subscription management-group',
    'policy remediation create': 'name policy-assignment subscription management-group resource-discovery-mode',
    'policy state trigger-scan': 'subscription',
    'provider register': 'namespace wait',
    'resource show': 'ids',
    'role assignment delete': 'ids',
    'role assignment list': 'all subscription assignee role query output',
    'role definition delete': 'name scope',
    'vm reimage': 'subscription resource-group name',
    'vm run-command invoke': 'subscription resource-group name command-id scripts',
    'vm show': 'subscription resource-group name query output',
    'vm start': 'subscription resource-group name',
    'vm update': 'subscription resource-group name set',
    'vmss list': 'subscription resource-group query output',
    'vmss reimage': 'subscription resource-group name instance-ids',
    'vmss run-command invoke': 'subscription resource-group name instance-id command-id scripts',
    'vmss show': 'subscription resource-group name instance-id query output',
    'vmss start': 'subscription resource-group name instance-ids',
    'vmss update': 'subscription resource-group name set',
  }).map(([command, options]) => [command, names(options)]),
);

/** Options that take no value: what follows them is another word. */
const FLAGS = new Set([
  '--all',
  '--wait',
  '--yes',
  '--no-pretty-print',
  '--include-default',
  '--node-image-only',
  '--disable-scope-strict-match',
]);

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
