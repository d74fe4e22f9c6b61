import { families, PREFIX } from '../../src/http/metrics/families.ts';

/** What a histogram adds to its name, and the label that goes with it. */
const PARTS: Readonly<Record<string, readonly string[]>> = { _bucket: ['le'], _sum: [], _count: [] };

/** What Prometheus adds to every sample. */
const OF_PROMETHEUS = ['instance', 'job'];

/** Every name that a sample may have, with the labels that it has. */
export const samples: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(families).flatMap(([name, { kind, labels }]) =>
    kind === 'histogram'
      ? Object.entries(PARTS).map(([part, more]) => [`${PREFIX}${name}${part}`, [...labels, ...more]] as const)
      : [[`${PREFIX}${name}`, labels] as const],
  ),
);

/** The names of metrics in an expression, each with the labels by which it is selected. Texts in it hold no braces. */
function selectorsOf(expression: string): { name: string; labels: string[] }[] {
  const found = expression.matchAll(/\b([a-z_]+:)?(aks_fleet_prober_\w+)(:\w+)?(?:\{([^}]*)\})?/g);
  return [...found].map(([, before = '', name, after = '', inner = '']) => ({
    name: `${before}${name}${after}`,
    labels: [...inner.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!),
  }));
}

/** The labels that an expression groups, joins and carries over by. */
function groupedBy(expression: string): string[] {
  const lists = [...expression.matchAll(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g)];
  return lists.flatMap(([, list = '']) => list.split(',').map((label) => label.trim())).filter((label) => label !== '');
}

/**
 * What is wrong with an expression: names and labels that no figure has. It does not check the grammar, which is Prometheus' own.
 *
 * @param recorded - names that rules record, with their labels.
 */
export function faultsIn(expression: string, recorded: ReadonlyMap<string, readonly string[]> = new Map()): string[] {
  const selectors = selectorsOf(expression);
  if (selectors.length === 0) return [`no metric of ours in ${expression}`];
  const labelsOf = (name: string) => samples.get(name) ?? recorded.get(name);
  const all = new Set([...OF_PROMETHEUS, ...selectors.flatMap(({ name }) => labelsOf(name) ?? [])]);
  return [
    ...selectors.flatMap(({ name, labels }) => {
      const known = labelsOf(name);
      if (known === undefined) return [`no figure is named ${name}`];
      return labels.filter((label) => ![...known, ...OF_PROMETHEUS].includes(label)).map((label) => `${name} has no label ${label}`);
    }),
    ...groupedBy(expression)
      .filter((label) => !all.has(label))
      .map((label) => `nothing in ${expression} has a label ${label}`),
  ];
}
