// The name of a Kubernetes object: RFC 1123 subdomain.
const NODE_NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/**
 * The node name of a scale set instance: the name of the scale set, followed by the instance number as six base-36 digits.
 * https://github.com/kubernetes-sigs/cloud-provider-azure (`getScaleSetVMInstanceID`)
 */
export function nameOfInstance(vmss: string, instanceId: string): string {
  return `${vmss}${Number(instanceId).toString(36).padStart(6, '0')}`.toLowerCase();
}

/** Whether a text is a valid Kubernetes node name. Nothing else is used in a key, a message or a page. */
export function isNodeName(text: string): boolean {
  return NODE_NAME.test(text);
}
