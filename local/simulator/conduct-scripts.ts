import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { machineIdOf } from './answer-compute.ts';
import type { CertificateAuthority } from './certificate-authority.ts';
import { furnishNodes } from './furnish-node.ts';
import type { SimulatedNode } from './lay-out-fleet.ts';
import { listenForNodes } from './listen-for-nodes.ts';
import type { RequestLog } from './log-requests.ts';
import type { Network } from './network/keep-network.ts';
import { enterNode } from './node-entrypoint.ts';
import type { ConductScript } from './perform-run.ts';
import { planWorld } from './plan-world.ts';
import { createScriptRunner } from './run-script.ts';
import { serveClusters } from './serve-clusters.ts';
import { serveOutside } from './serve-outside.ts';
import { standInForWindows } from './stand-in-for-windows.ts';
import { substituteLines } from './substitute-lines.ts';
import type { FaultBoard, FaultIn } from './switch-faults.ts';

/** How scripts are run on the nodes, and how to stop all of them. */
export type ScriptConduct = { conduct: ConductScript; stop(): Promise<void> };

type Options = {
  dir: string;
  kubectl: string;
  /** Whether nodes have namespaces of their own, or lines of the script that name paths are substituted. */
  inNamespaces: boolean;
  authority: CertificateAuthority;
  caFile: string;
  log: RequestLog;
  instantNodes?: boolean;
  answer?: (node: SimulatedNode, scriptText: string, fault: FaultIn<'server' | 'node'> | undefined) => string;
};

/** An answer in place of a node's script, with the machine's id as the script tells it, unless the answer has one. */
const asMachine = (id: string, stdout: string) =>
  /^machine=/m.test(stdout) ? stdout : stdout.replace(/^AFP1 begin .*\n/m, (begin) => `${begin}machine=${id}\n`);

/** Runs scripts on the fleet's nodes with the real kubectl, each with its own kubeconfig and API server. */
export function conductScripts(nodes: readonly SimulatedNode[], board: FaultBoard, network: Network, options: Options): ScriptConduct {
  const { dir, kubectl, inNamespaces, authority, caFile, log, instantNodes = false } = options;
  const clusters = serveClusters(board, log);
  const listeners = listenForNodes(nodes, board, clusters);
  const acceptOutside = serveOutside(authority);
  const furnish = furnishNodes(dir, clusters);
  const runner = createScriptRunner();

  /** The kubectl that a node has, if it has one. */
  const kubectlUnder = async (fault: FaultIn<'node'> | undefined, folder: string): Promise<string | undefined> => {
    if (fault === 'kubectl-missing') return undefined;
    if (fault !== 'kubectl-slow') return kubectl;
    const slow = join(folder, 'slow-kubectl');
    await writeFile(slow, `#!/bin/sh\nsleep 12\nexec '${kubectl.replaceAll("'", `'\\''`)}' "$@"\n`, { mode: 0o755 });
    return slow;
  };

  const isHealthy = (node: SimulatedNode) => board.ofNode(node, 'node') === undefined && board.ofNode(node, 'server') === undefined;
  const standIn = (node: SimulatedNode, script: string) =>
    node.pool.spec.os === 'Windows' ? standInForWindows(node, script, isHealthy(node)) : '';
  const { answer = standIn } = options;

  const runInWorld: ConductScript = async (node, script) => {
    const fault = board.ofNode(node, 'node');
    const folder = await furnish(node, fault, { server: `https://${node.cluster.fqdn}:443`, kubelet: '/var/lib/kubelet' });
    const entry = await enterNode(folder, {
      name: node.name,
      machineId: machineIdOf(board, node),
      plan: planWorld(node.cluster, board.ofNode(node, 'server'), network.dnsServerOf(node.cluster)),
      kubectl: await kubectlUnder(fault, folder),
      authorities: `${authority.certificate}\n`,
      acceptServer: (wire) => void clusters.accept(node, wire).catch(() => wire.destroy()),
      acceptOutside,
    });
    return runner.run(folder, script, { entry });
  };

  const runSubstituted: ConductScript = async (node, script) => {
    const fault = board.ofNode(node, 'node');
    const { host, port } = await listeners.addressFor(node);
    const kubelet = join(dir, 'nodes', node.cluster.id, node.name, 'kubelet');
    const folder = await furnish(node, fault, { server: `https://${host}:${port}`, tlsServerName: node.cluster.fqdn, kubelet });
    await Promise.all([writeFile(join(folder, 'machine'), machineIdOf(board, node)), writeFile(join(folder, 'hostname'), node.name)]);
    const text = substituteLines(script, {
      kubectl: (await kubectlUnder(fault, folder)) ?? join(folder, 'missing'),
      kubeconfig: join(kubelet, 'kubeconfig'),
      machine: join(folder, 'machine'),
      hostname: join(folder, 'hostname'),
    });
    return runner.run(folder, text, { env: { SSL_CERT_FILE: caFile } });
  };

  return {
    async conduct(node, script) {
      if (instantNodes || node.pool.spec.os === 'Windows')
        return {
          stdout: asMachine(machineIdOf(board, node), answer(node, script, board.ofNode(node, 'server') ?? board.ofNode(node, 'node'))),
          stderr: '',
        };
      return inNamespaces ? runInWorld(node, script) : runSubstituted(node, script);
    },
    async stop() {
      await runner.stop();
      clusters.close();
      await listeners.close();
    },
  };
}
