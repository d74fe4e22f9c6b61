import type { SimulatorOptions } from '../../local/simulator/start-simulator.ts';

/** What the script prints where the way to the API server has a fault. */
const FACTS: Readonly<Record<string, string>> = {
  refused: 'dns=ok\ntcp=refused',
  'black-hole': 'dns=ok\ntcp=timeout',
  silent: 'dns=ok\ntcp=ok\ncurl=28',
  'kubeconfig-broken': 'kubeconfig=broken',
};

/** Answers in place of a node's script, by the fault that its node has, and by a clock that is right. */
export const answerAsNode =
  (now: () => Date): NonNullable<SimulatorOptions['answer']> =>
  (_, script, fault) => {
    const nonce = /^\$?NONCE ?= ?'([0-9a-f]{16})'/im.exec(script)?.[1];
    if (fault !== undefined && FACTS[fault] === undefined) throw new Error(`expected a fault that nodes here can have, got ${fault}`);
    const said = fault === undefined ? 'ms=20\nserver=v1.33.5\nkubeconfig=ok' : FACTS[fault];
    return `\nAFP1 begin ${nonce}\nclock=${Math.floor(now().getTime() / 1000)}\n${said}\nAFP1 end ${nonce} rc=${fault === undefined ? 0 : 1}\n`;
  };
