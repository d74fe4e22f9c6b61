/** The paths of a simulated node, in place of the fixed paths of a real one. */
export type NodePaths = { kubectl: string; kubeconfig: string; machine: string; hostname: string };

/**
 * Puts a node's own paths into the lines of the script that name them.
 *
 * A machine that is not a node has no `/opt/bin/kubectl` and no `/var/lib/kubelet/kubeconfig` of its own.
 */
export function substituteLines(script: string, { kubectl, kubeconfig, machine, hostname }: NodePaths): string {
  return script
    .replace(/^KUBECTL=.*$/m, () => `KUBECTL=${quote(kubectl)}`)
    .replace(/^KUBECONFIG_FILE=.*$/m, () => `KUBECONFIG_FILE=${quote(kubeconfig)}`)
    .replace(/^MACHINE=.*$/m, () => `MACHINE=${quote(machine)}`)
    .replace(/^HOSTNAME_FILE=.*$/m, () => `HOSTNAME_FILE=${quote(hostname)}`);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
