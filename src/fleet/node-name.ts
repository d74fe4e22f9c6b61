// The name of a Kubernetes object: RFC 1123 subdomain.
const NODE_NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Whether a text is a Kubernetes node name: the only names that reach a key, a message or a page. */
export function isNodeName(text: string): boolean {
  return NODE_NAME.test(text);
}
