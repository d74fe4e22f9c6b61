/** A node that may be probed, with what planning needs. */
export interface Candidate {
  node: string;
  os: string;
  pool: string;
  zone?: string;
  /** When the probe of its latest verdict began; absent if it never had one. */
  probedAt?: string;
}

const age = ({ probedAt }: Candidate) => probedAt ?? '';
const byAge = (a: Candidate, b: Candidate) => (age(a) < age(b) ? -1 : age(a) > age(b) ? 1 : 0);
const byName = (a: Candidate, b: Candidate) => (a.node < b.node ? -1 : 1);

/** The node whose age ranks a block that is sorted by age. It is not the oldest: a node that never gets a verdict must not always put its block first. */
const rankingNode = (block: readonly Candidate[]) => block[Math.floor(block.length / 10)]!;

/** The node that has been longest without a verdict, in each pool and zone. */
function representatives(candidates: readonly Candidate[]): Candidate[] {
  const groups = Map.groupBy(candidates, ({ pool, zone = '' }) => `${pool}|${zone}`);
  return [...groups.values()].map((group) => group.reduce((stalest, each) => (byAge(each, stalest) < 0 ? each : stalest)));
}

/**
 * Chooses the nodes to probe if a sweep cannot probe all: one of every pool and zone, then the blocks of consecutive rows that have been
 * longest without a verdict. Pure.
 *
 * @param quota - the maximum number of nodes.
 */
export function chooseNodes(candidates: readonly Candidate[], quota: number, nodesPerSlice: number): Candidate[] {
  const inOrder = [...candidates].sort(byName);
  if (inOrder.length <= quota) return inOrder;
  const chosen = new Set(representatives(inOrder).sort(byAge).slice(0, quota));
  const blocks = Array.from({ length: Math.ceil(inOrder.length / nodesPerSlice) }, (_, n) =>
    inOrder.slice(n * nodesPerSlice, (n + 1) * nodesPerSlice).sort(byAge),
  );
  for (const node of blocks.sort((a, b) => byAge(rankingNode(a), rankingNode(b))).flat()) {
    if (chosen.size >= quota) break;
    chosen.add(node);
  }
  return [...chosen].sort(byName);
}

/**
 * Cuts nodes into slices of one operating system each, consecutive in row-key order and close together, as a slice reads the rows from its first
 * to its last node. The slice that has been longest without a verdict comes first, since throttling by Azure leaves out the last ones. Pure.
 *
 * @param chosen - in row-key order, as `chooseNodes` returns them.
 * @param all - every candidate, in any order: the distance between chosen nodes is counted in candidates.
 */
export function cutSlices(chosen: readonly Candidate[], all: readonly Candidate[], nodesPerSlice: number): string[][] {
  const position = new Map([...all].sort(byName).map(({ node }, n) => [node, n]));
  const slices: Candidate[][] = [];
  for (const node of chosen) {
    const current = slices.at(-1);
    const first = current?.[0];
    const fits =
      first !== undefined &&
      current!.length < nodesPerSlice &&
      first.os === node.os &&
      position.get(node.node)! - position.get(first.node)! < 2 * nodesPerSlice;
    if (fits) current!.push(node);
    else slices.push([node]);
  }
  const ranked = slices.map((slice) => ({ slice, rank: rankingNode([...slice].sort(byAge)) }));
  return ranked.sort((a, b) => byAge(a.rank, b.rank)).map(({ slice }) => slice.map(({ node }) => node));
}
