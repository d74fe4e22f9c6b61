import { reasonCode } from '../model/reasons.ts';
import type { Started } from '../model/start.ts';
import { inconclusive } from '../model/verdict.ts';
import * as z from '../zod.ts';
import type { Tables } from './open-tables.ts';
import { readJson } from './read-json.ts';
import { isLostWrite, readRange, readRow, writeBatch } from './rows.ts';

const ended = z.object({ verdict: z.literal('unknown'), reason: reasonCode, message: z.string() });
const unreadable = inconclusive('ProberError', 'the row of the start could not be read');

function toStarted(row: Record<string, unknown>): Started {
  const nonce = String(row.nonce ?? '');
  if (row.status === 'polling') return { nonce, status: 'polling', poller: String(row.poller) };
  if (row.status === 'deferred') return { nonce, status: 'deferred' };
  return { nonce, status: 'ended', verdict: readJson(ended, row.verdict, unreadable) };
}

/** Writes how the starts of a slice run went, in batches that stay below 4 MiB. */
export async function putStarted(tables: Tables, run: string, started: ReadonlyMap<string, Started>): Promise<void> {
  const probes = await tables.open('probes');
  await writeBatch(
    probes,
    [...started].map(([node, start]) => [
      'upsert',
      {
        partitionKey: run,
        rowKey: node,
        nonce: start.nonce,
        status: start.status,
        poller: start.status === 'polling' ? start.poller : '',
        verdict: start.status === 'ended' ? JSON.stringify(start.verdict) : '',
      },
      'Replace',
    ]),
  );
}

/** Reads how the starts of a slice run went, by node. */
export async function readStarted(tables: Tables, run: string): Promise<Map<string, Started>> {
  const probes = await tables.open('probes');
  const rows = await readRange(probes, run);
  return new Map(rows.map((row) => [row.rowKey, toStarted(row)]));
}

/** Reads how the start of one run went. */
export async function readStartedNode(tables: Tables, run: string, node: string): Promise<Started | undefined> {
  const probes = await tables.open('probes');
  const row = await readRow(probes, run, node);
  return row && toStarted(row);
}

/** Deletes the rows of starts that are no longer needed; missing ones are ignored. */
export async function deleteStarted(tables: Tables, run: string, nodes: readonly string[]): Promise<void> {
  const probes = await tables.open('probes');
  try {
    await writeBatch(
      probes,
      nodes.map((node) => ['delete', { partitionKey: run, rowKey: node }]),
    );
  } catch (error) {
    if (!isLostWrite(error)) throw error;
    for (const node of nodes)
      await probes.deleteEntity(run, node).catch((lost) => {
        if (!isLostWrite(lost)) throw lost;
      });
  }
}
