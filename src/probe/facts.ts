import type { Report } from './parse.ts';

/** What a node's script measured, by the names that the script gives it. */
export type Facts = Report['facts'];

/** Milliseconds that kubectl may take to read its own kubeconfig, and the script to wake up, on a node whose timeouts mean anything. */
const SLOW_CONFIG_MS = 2_000;
const SLOW_LAG_MS = 1_000;

/** A fact as a number; undefined if there is none. */
export const numberOf = (text: string | undefined): number | undefined =>
  text === undefined || text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text);

/** The first word of a fact. */
export const wordOf = (text: string | undefined): string | undefined => text?.split(' ')[0];

/** Whether programs hardly ran on the node, so that nothing follows from what came too late. */
export function isNodeSlow(facts: Facts): boolean {
  return (numberOf(facts.get('config_ms')) ?? 0) > SLOW_CONFIG_MS || (numberOf(facts.get('lag')) ?? 0) > SLOW_LAG_MS;
}
