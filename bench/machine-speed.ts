const LOOK_EVERY_MS = 1000;
const work = JSON.stringify(Array.from({ length: 500 }, (_, n) => ({ node: `aks-web1-12345678-vmss${n}`, verdict: 'reachable', at: n })));

/** Watches how long a fixed piece of work takes: what else runs on the machine makes CPU time longer, not only the wait for it. */
export interface SpeedWatch {
  /** Ends it. Returns the median of the CPU time that the work took, in milliseconds. */
  end(): number;
}

/** Begins to watch. */
export function watchSpeed(): SpeedWatch {
  const samples: number[] = [];
  const look = () => {
    const before = process.cpuUsage();
    for (let n = 0; n < 10; n++) JSON.stringify(JSON.parse(work));
    const { user, system } = process.cpuUsage(before);
    samples.push((user + system) / 1000);
  };
  look();
  const looking = setInterval(look, LOOK_EVERY_MS);
  return {
    end() {
      clearInterval(looking);
      return samples.sort((a, b) => a - b)[Math.floor(samples.length / 2)]!;
    },
  };
}
