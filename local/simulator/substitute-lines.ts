/** The paths of a simulated node, in place of the fixed paths of a real one. */
export type NodePaths = { kubectl: string; kubeconfig: string };

/**
 * Puts a node's own paths into the two lines `KUBECTL=` and `KUBECONFIG_FILE=` of the script.
 *
 * A machine that is not a node has no `/opt/bin/kubectl` and no `/var/lib/kubelet/kubeconfig` of its own.
 */
export function substituteLines(script: string, { kubectl, kubeconfig }: NodePaths): string {
  return script
    .replace(/^KUBECTL=.*$/m, () => `KUBECTL=${quote(kubectl)}`)
    .replace(/^KUBECONFIG_FILE=.*$/m, () => `KUBECONFIG_FILE=${quote(kubeconfig)}`);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
