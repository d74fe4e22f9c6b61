import { furnishNodes } from './furnish-node.ts';
import type { SimulatedNode } from './lay-out-fleet.ts';
import { listenForNodes } from './listen-for-nodes.ts';
import type { ConductScript } from './perform-run.ts';
import { createScriptRunner } from './run-script.ts';
import { serveClusters } from './serve-clusters.ts';
import { substituteLines } from './substitute-lines.ts';
import type { FaultBoard } from './switch-faults.ts';

/** How scripts are run on the nodes, and how all of that ends. */
export type ScriptConduct = { conduct: ConductScript; stop(): Promise<void> };

type Options = {
  dir: string;
  kubectl: string;
  instantNodes?: boolean;
  answer?: (node: SimulatedNode, scriptText: string) => string;
};

/** Runs scripts on the fleet's nodes with the real kubectl, each with its own kubeconfig and API server. */
export function conductScripts(nodes: readonly SimulatedNode[], board: FaultBoard, options: Options): ScriptConduct {
  const { dir, kubectl, instantNodes = false, answer = () => '' } = options;
  const clusters = serveClusters(board);
  const listeners = listenForNodes(nodes, board, clusters);
  const furnish = furnishNodes(dir, clusters, listeners);
  const runner = createScriptRunner();

  return {
    async conduct(node, script) {
      if (instantNodes || node.pool.spec.os === 'Windows') return { stdout: answer(node, script), stderr: '' };
      const { folder, kubeconfig, expiredKubeconfig, missing } = await furnish(node);
      const fault = board.ofNode(node, 'node');
      const text = substituteLines(script, {
        kubectl: fault === 'kubectl-missing' ? missing : kubectl,
        kubeconfig: fault === 'kubeconfig-missing' ? missing : fault === 'client-cert-expired' ? expiredKubeconfig : kubeconfig,
      });
      return runner.run(folder, text);
    },
    async stop() {
      await runner.stop();
      clusters.close();
      await listeners.close();
    },
  };
}
