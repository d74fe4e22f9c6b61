import type { Format } from '../command-line.ts';
import type { ListName } from '../commands.ts';
import { type Cell, layOutTable, widthOf } from '../table.ts';
import type { AskServer } from './ask-server.ts';
import { type Layout, layouts } from './columns.ts';
import { findClusterAt, type ReadList, readClusters, readIncidents, readNodes, readOutages, readSweeps } from './read-lists.ts';
import type { ServerOptions } from './server-options.ts';

/** Formats a list. Pure. */
export function printList<T>(items: readonly T[], { columns, name }: Layout<T>, format: Format, width?: number): string {
  if (format === 'json') return `${JSON.stringify(items)}\n`;
  if (format === 'name') return items.map((item) => `${name(item)}\n`).join('');
  const shown = columns.filter(({ wide }) => !wide || format === 'wide');
  const rows = items.map((item) => shown.map(({ cell }): Cell => cell(item)));
  return `${layOutTable(
    shown.map(({ title }) => title),
    rows,
    width,
  ).join('\n')}\n`;
}

/** Lists what a service knows, and says on standard error where there is nothing, or more. */
export async function runGet(server: AskServer, options: ServerOptions): Promise<number> {
  const { limit, state, format, reachable } = options;
  const what = options.what as ListName;
  const cluster = options.cluster === undefined ? undefined : (await findClusterAt(server, options.cluster)).cluster;
  const show = <T>({ items, more }: ReadList<T>, layout: Layout<T>) => {
    if (items.length > 0 || format === 'json') process.stdout.write(printList(items, layout, format, widthOf(format)));
    else process.stderr.write(`no ${state === 'open' && (what === 'outages' || what === 'incidents') ? 'open ' : ''}${what}\n`);
    if (more) process.stderr.write(`the first ${items.length}; --limit shows more\n`);
    return 0;
  };
  switch (what) {
    case 'clusters':
      return show(await readClusters(server, limit), layouts.clusters);
    case 'nodes':
      return show(await readNodes(server, { cluster, reachable, limit }), layouts.nodes);
    case 'outages':
      return show(await readOutages(server, { state, cluster, limit }), layouts.outages);
    case 'incidents':
      return show(await readIncidents(server, state, limit), layouts.incidents);
    case 'sweeps':
      return show(await readSweeps(server, limit), layouts.sweeps);
  }
}
