import type { Envelope } from './envelopes.ts';

/** Application Insights' own exporters send as many items a request, and about half a megabyte is far below what the endpoint takes. */
const MOST_ITEMS = 500;
const MOST_BYTES = 512 * 1024;

/** Items that go in one request, and their envelopes. */
export interface Chunk<Item> {
  items: Item[];
  envelopes: Envelope[];
  /** The envelopes as JSON. */
  texts: string[];
}

/**
 * Packs items into requests, in their order and one request at a time: of a fleet's state, no more than one request is held as text.
 *
 * @param envelopeOf - the envelope of an item.
 */
export function* chunksOf<Item>(items: Iterable<Item>, envelopeOf: (item: Item) => Envelope): Generator<Chunk<Item>> {
  let chunk: Chunk<Item> = { items: [], envelopes: [], texts: [] };
  let bytes = 0;
  for (const item of items) {
    const envelope = envelopeOf(item);
    const text = JSON.stringify(envelope);
    const size = Buffer.byteLength(text);
    if (chunk.items.length === MOST_ITEMS || (chunk.items.length > 0 && bytes + size > MOST_BYTES)) {
      yield chunk;
      chunk = { items: [], envelopes: [], texts: [] };
      bytes = 0;
    }
    chunk.items.push(item);
    chunk.envelopes.push(envelope);
    chunk.texts.push(text);
    bytes += size;
  }
  if (chunk.items.length > 0) yield chunk;
}
