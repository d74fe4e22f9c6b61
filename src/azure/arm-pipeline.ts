import { exponentialRetryPolicy, type Pipeline, type PipelinePolicy } from '@azure/core-rest-pipeline';

/** Timeout of a request. */
export const REQUEST_TIMEOUT_MS = 30_000;

/** A URL from Azure, a table or a redirect does not point to Azure Resource Manager. */
export class ForeignHostError extends Error {
  override name = 'ForeignHostError';
}

function hostRule(armEndpoint: string): PipelinePolicy {
  const { origin } = new URL(armEndpoint);
  return {
    name: 'armHostRule',
    sendRequest(request, next) {
      // Without a timeout the SDK waits for ever, and one hung request would block the whole invocation.
      if (request.timeout === 0) request.timeout = REQUEST_TIMEOUT_MS;
      const target = new URL(request.url);
      if (target.origin === origin) return next(request);
      throw new ForeignHostError(
        `expected a URL of ${origin}, got one of ${target.origin}; it was not called, since the request would have carried a token`,
      );
    },
  };
}

/**
 * Adapts the pipeline of an ARM client: timeouts, retries, and no requests to other hosts.
 *
 * The SDK's own retry would post a Run Command again after a 502, and would wait for a `Retry-After` of any length inside a worker:
 * the queue retries instead. Reads get two short retries, none on 429.
 *
 * @param pipeline - the client's pipeline; changed in place.
 * @param reads - false for the client that posts Run Commands.
 */
export function fitArmPipeline(pipeline: Pipeline, armEndpoint: string, reads: boolean): void {
  pipeline.removePolicy({ name: 'defaultRetryPolicy' });
  // Its spans are not used, and it parses the long operation URLs each time.
  pipeline.removePolicy({ name: 'tracingPolicy' });
  if (reads)
    pipeline.addPolicy(exponentialRetryPolicy({ maxRetries: 2, retryDelayInMs: 300, maxRetryDelayInMs: 2000 }), { phase: 'Retry' });
  // After redirects and tokens, so that no request bypasses it.
  pipeline.addPolicy(hostRule(armEndpoint), { afterPhase: 'Sign' });
}
