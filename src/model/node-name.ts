// The name of a Kubernetes object: RFC 1123 subdomain.
const NODE_NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/**
 * The name that a scale set gives the node of one of its instances: its number as six base-36 digits behind the name of the set.
 * https://github.com/kubernetes-sigs/cloud-provider-azure (`getScaleSetVMInstanceID`)
 */
export function nameOfInstance(vmss: string, instanceId: string): string {
  return `${vmss}${Number(instanceId).toString(36).padStart(6, '0')}`.toLowerCase();
}

/** Whether a text is a Kubernetes node name: the only names that reach a key, a message or a page. */
export function isNodeName(text: string): boolean {
  return NODE_NAME.test(text);
}
