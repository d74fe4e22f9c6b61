/** An answer of an API server; a text is sent as it is, all else as JSON. */
export type KubernetesReply = { code: number; body: string | object; type?: string; headers?: Record<string, string> };

/** An error as Kubernetes writes it. */
export function refuse(code: number, reason: string, message: string): KubernetesReply {
  return { code, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code } };
}
