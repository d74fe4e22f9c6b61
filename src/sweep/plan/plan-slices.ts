/** A node that may be probed, as far as planning goes. */
export interface Candidate {
  node: string;
  os: string;
  pool: string;
  zone?: string;
  /** When its latest verdict was asked for; absent where it never had one. */
  probedAt?: string;
}

const age = ({ probedAt }: Candidate) => probedAt ?? '';
const byAge = (a: Candidate, b: Candidate) => (age(a) < age(b) ? -1 : age(a) > age(b) ? 1 : 0);
const byName = (a: Candidate, b: Candidate) => (a.node < b.node ? -1 : 1);

/** Whose age decides on the turn of a block, by age. Not its very oldest: a node that never gets a verdict must not hold the turn of the others. */
const turnOf = (block: readonly Candidate[]) => block[Math.floor(block.length / 10)]!;

/** The node longest without a verdict in each pool and zone. */
function representatives(candidates: readonly Candidate[]): Candidate[] {
  const groups = Map.groupBy(candidates, ({ pool, zone = '' }) => `${pool}|${zone}`);
  return [...groups.values()].map((group) => group.reduce((stalest, each) => (byAge(each, stalest) < 0 ? each : stalest)));
}

/**
 * Chooses the nodes whose turn it is, where a sweep cannot probe all: every pool and zone, then the blocks of consecutive rows that are
 * longest without a verdict. Pure.
 *
 * @param quota - how many at most.
 */
export function chooseNodes(candidates: readonly Candidate[], quota: number, nodesPerSlice: number): Candidate[] {
  const inOrder = [...candidates].sort(byName);
  if (inOrder.length <= quota) return inOrder;
  const chosen = new Set(representatives(inOrder).sort(byAge).slice(0, quota));
  const blocks = Array.from({ length: Math.ceil(inOrder.length / nodesPerSlice) }, (_, n) =>
    inOrder.slice(n * nodesPerSlice, (n + 1) * nodesPerSlice).sort(byAge),
  );
  for (const node of blocks.sort((a, b) => byAge(turnOf(a), turnOf(b))).flat()) {
    if (chosen.size >= quota) break;
    chosen.add(node);
  }
  return [...chosen].sort(byName);
}

/**
 * Cuts nodes into slices: of one system each, consecutive in row-key order, and close together, as a slice reads the rows from its first
 * to its last node. The slice that is longest without a verdict comes first: it is the last ones that Azure's throttling leaves out. Pure.
 *
 * @param chosen - in row-key order, as `chooseNodes` answers.
 * @param all - every candidate, in any order: what lies between the chosen ones counts.
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
  const turns = slices.map((slice) => ({ slice, turn: turnOf([...slice].sort(byAge)) }));
  return turns.sort((a, b) => byAge(a.turn, b.turn)).map(({ slice }) => slice.map(({ node }) => node));
}
