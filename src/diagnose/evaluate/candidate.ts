import type { Change, Evidence, FindingCode } from '../../model/finding.ts';
import type { Case } from './case.ts';
import type { Read } from './configuration.ts';
import type { Agreement, Layer } from './observed.ts';

/** What a rule found, before it is judged whether it is a cause. */
export interface Candidate {
  code: FindingCode;
  sentence: string;
  /** The resource to look at first, whose changes bear on it. */
  resourceId?: string;
  evidence: readonly Evidence[];
  /** What says that the connection is impossible: the settings alone, what the node saw of them, or nothing. */
  proof: 'settings' | 'node' | 'none';
  /** Whether what the node saw fits; what contradicts it is no finding. */
  facts: Agreement;
  /** What the rule rests on: with one that was not read it makes no cause. */
  needs: readonly (Read<unknown> | undefined)[];
  /** Whether it is not of things that the nodes of a subnet share, so that a reachable one among them says nothing about it. */
  isUnshared?: true;
  /** The change that it is about, or that belongs to it where its resource does not say. */
  change?: Change;
}

/** A rule of the table of findings: where it looks, and what it finds there. */
export interface Rule {
  /** `all`: wherever the nodes fail. */
  layers: readonly Layer[] | 'all';
  find(each: Case): readonly Candidate[];
}
