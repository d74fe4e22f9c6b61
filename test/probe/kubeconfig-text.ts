/** A kubeconfig as AKS writes it, with these lines of its cluster, beside the server, and of its user. */
export function kubeconfigText(server: string, cluster: readonly string[], user: readonly string[]): string {
  return [
    'apiVersion: v1',
    'kind: Config',
    'clusters:',
    '- name: localcluster',
    '  cluster:',
    ...cluster.map((line) => `    ${line}`),
    `    server: ${server}`,
    'users:',
    '- name: client',
    '  user:',
    ...user.map((line) => `    ${line}`),
    'contexts:',
    '- context: {cluster: localcluster, user: client}',
    '  name: localclustercontext',
    'current-context: localclustercontext',
    '',
  ].join('\n');
}
