import { z } from 'zod';

const text = z.string().catch('');
const list = <Item extends z.ZodType>(item: Item) => z.array(item).catch([]);

// Clashes are looked for in whatever can be read, so that they are listed together with other mistakes.
const sketch = z
  .object({
    subscriptions: list(
      z.object({
        id: text,
        clusters: list(
          z.object({
            name: text,
            resourceGroup: text,
            location: text,
            nodeResourceGroup: z.string().optional().catch(undefined),
            pools: list(
              z.object({
                name: text,
                os: text,
                count: z.number().catch(Number.POSITIVE_INFINITY),
                instances: z.record(z.string(), z.unknown()).catch({}),
              }),
            ),
          }),
        ),
      }),
    ),
  })
  .catch({ subscriptions: [] });

/** Something in a fleet that contradicts something else in it. */
export type Clash = { path: PropertyKey[]; message: string };

/** The resource group that AKS makes for a cluster's nodes. */
export function nodeResourceGroupOf(cluster: {
  nodeResourceGroup?: string;
  resourceGroup: string;
  name: string;
  location: string;
}): string {
  return cluster.nodeResourceGroup ?? `MC_${cluster.resourceGroup}_${cluster.name}_${cluster.location}`;
}

/** Finds duplicate names and indexes of instances that do not exist, in a fleet that may have other mistakes. */
export function findClashes(fleet: unknown): Clash[] {
  const { subscriptions } = sketch.parse(fleet);
  return [
    ...findRepeats(subscriptions.map(({ id }) => id)).map(([s, id]) => ({
      path: ['subscriptions', s, 'id'],
      message: `"${id}" is there twice`,
    })),
    ...subscriptions.flatMap(({ clusters }, s) => {
      const at = (c: number, ...rest: PropertyKey[]) => ['subscriptions', s, 'clusters', c, ...rest];
      return [
        ...findRepeats(clusters.map(({ resourceGroup, name }) => `${resourceGroup}/${name}`)).map(([c, id]) => ({
          path: at(c, 'name'),
          message: `"${id}" is there twice`,
        })),
        ...findRepeats(clusters.map(nodeResourceGroupOf)).map(([c, group]) => ({
          path: at(c, 'nodeResourceGroup'),
          message: `"${group}" belongs to another cluster`,
        })),
        ...clusters.flatMap(({ pools }, c) => [
          ...findRepeats(pools.map(({ name }) => name)).map(([p, name]) => ({
            path: at(c, 'pools', p, 'name'),
            message: `"${name}" is there twice`,
          })),
          ...pools.flatMap(({ name, os, count, instances }, p) => [
            ...(os === 'Windows' && name.length > 6
              ? [{ path: at(c, 'pools', p, 'name'), message: 'expected at most 6 letters for Windows' }]
              : []),
            ...Object.keys(instances)
              .filter((index) => Number(index) >= count)
              .map((index) => ({
                path: at(c, 'pools', p, 'instances', index),
                message: `expected an index below the count of ${count}`,
              })),
          ]),
        ]),
      ];
    }),
  ];
}

function findRepeats(names: string[]): [index: number, name: string][] {
  const seen = new Set(['']);
  return [...names.entries()].filter(([, name]) => {
    const isRepeat = name !== '' && seen.has(name.toLowerCase());
    seen.add(name.toLowerCase());
    return isRepeat;
  });
}
