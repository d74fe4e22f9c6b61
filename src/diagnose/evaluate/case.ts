import type { Change } from '../../model/finding.ts';
import type { ReasonCode } from '../../model/reasons.ts';
import type { Configuration, Unread } from './configuration.ts';

/** What a failing node saw by itself; it stands for all failing nodes behind the same subnet, NSG and route table. */
export interface Observation {
  reason: ReasonCode;
  /** Whether the nodes gave no verdict at all, as when they lost their way to Azure with everything else. */
  blind: boolean;
  /** The name or address in the node's kubeconfig, and the port. */
  host?: string;
  port: number;
  /** The address that the node resolved it to. */
  address?: string;
  dns?: 'found' | 'failed' | 'timeout';
  /** The DNS servers that the node asks, and what Azure's own (168.63.129.16) said: `found`, `unknown`, `timeout`, or another word. */
  resolvers: readonly string[];
  azureDns?: { said: string; addresses: readonly string[] };
  /** What came of TCP to `address`: `ok`, `timeout`, `refused`, `unreachable`, `prohibited`, or another word. */
  tcp?: string;
  /** What came of other places that the node tried. */
  egress?: 'works' | 'fails';
  /** Whether the node goes through an HTTP proxy, so that its own path to the API server is not what failed. */
  proxied: boolean;
  /** How many probes in a row failed like this. */
  failures: number;
}

/** The nodes that share the subnet, the NSGs and the route table of the failing one. */
export interface Neighbours {
  failing: number;
  /** Those with a verdict from after the outage began; undefined where nobody knows, as in a check from a laptop. */
  reachable: number | undefined;
}

/** All that is known of an outage when its cause is searched. */
export interface Case {
  cluster: string;
  /** When the outage or the blindness began. */
  start: string;
  now: Date;
  configuration: Configuration;
  observation: Observation;
  neighbours: Neighbours;
  /** Newest first; those of the hour before the start and since. */
  changes: readonly Change[];
  /** What else could not be read: the change logs. */
  unread?: readonly Unread[];
}
