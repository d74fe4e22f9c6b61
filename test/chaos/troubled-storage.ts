import { createDefaultHttpClient, createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline';

/** What becomes of a request to storage: it goes through, it is refused, or it is done and the answer is lost. */
export type Fate = 'done' | 'refused' | 'done and lost';

/**
 * The way of an instance to the tables, on which requests may be lost.
 *
 * @param fateOf - decides for each request; throws where the instance is dead.
 */
export function troubledTables(fateOf: () => Fate): HttpClient {
  const inner = createDefaultHttpClient();
  return {
    async sendRequest(request) {
      const fate = fateOf();
      if (fate !== 'refused') {
        const response = await inner.sendRequest(request);
        // An instance that died meanwhile never sees the answer.
        fateOf();
        if (fate === 'done') return response;
      }
      // Asked again at once: time stands still meanwhile.
      const headers = createHttpHeaders({ 'x-ms-retry-after-ms': '1' });
      return {
        request,
        status: 503,
        headers,
        bodyAsText: '{"odata.error":{"code":"ServerBusy","message":{"value":"The server is busy."}}}',
      };
    },
  };
}
