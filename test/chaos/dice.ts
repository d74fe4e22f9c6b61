import { createHash } from 'node:crypto';

/** Random choices that are the same for the same seed. */
export interface Dice {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number;
  between(low: number, high: number): number;
  pick<T>(all: readonly T[]): T;
  chance(share: number): boolean;
  /** A new order. */
  shuffle<T>(all: readonly T[]): T[];
}

/** Makes dice for a seed (mulberry32); `name` gives each use of a seed numbers of its own. */
export function rollDice(seed: number, name: string): Dice {
  let state = createHash('sha256').update(`${seed} ${name}`).digest().readInt32BE(0);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  const dice: Dice = {
    next,
    whole,
    between: (low, high) => low + next() * (high - low),
    pick: (all) => all[whole(0, all.length - 1)]!,
    chance: (share) => next() < share,
    shuffle(all) {
      const left = [...all];
      return all.map(() => left.splice(whole(0, left.length - 1), 1)[0]!);
    },
  };
  return dice;
}

/** Draws numbers for calls that happen at the same time, in no particular order: each depends only on the seed, the call's name, and how often it was made. */
export function drawByName(seed: number): (name: string) => [number, number, number, number] {
  const times = new Map<string, number>();
  return (name) => {
    const time = times.get(name) ?? 0;
    times.set(name, time + 1);
    const hash = createHash('sha256').update(`${seed} ${name} ${time}`).digest();
    return [0, 4, 8, 12].map((at) => hash.readUInt32BE(at) / 2 ** 32) as [number, number, number, number];
  };
}
