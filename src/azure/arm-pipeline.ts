import { exponentialRetryPolicy, type Pipeline, type PipelinePolicy } from '@azure/core-rest-pipeline';

/** After so long a request is given up. */
export const REQUEST_TIMEOUT_MS = 30_000;

/** Raised where a URL from Azure, a table or a redirect points elsewhere than to Azure Resource Manager. */
export class ForeignHostError extends Error {
  override name = 'ForeignHostError';
}

function hostRule(armEndpoint: string): PipelinePolicy {
  const { origin } = new URL(armEndpoint);
  return {
    name: 'armHostRule',
    sendRequest(request, next) {
      // The SDK waits for ever; a hung request would hold the whole invocation.
      if (request.timeout === 0) request.timeout = REQUEST_TIMEOUT_MS;
      const target = new URL(request.url);
      if (target.origin === origin) return next(request);
      throw new ForeignHostError(
        `expected a URL of ${origin}, got one of ${target.origin}; it was not called, as it would have been sent a token`,
      );
    },
  };
}

/**
 * Fits the pipeline of an ARM client to this program.
 *
 * The SDK's own retry would post a Run Command again after a 502 and wait out a `Retry-After` of any length inside a worker:
 * the queue retries instead. Reads get two short retries, none on 429.
 *
 * @param pipeline - the client's; changed in place.
 * @param reads - false for the client that posts Run Commands.
 */
export function fitArmPipeline(pipeline: Pipeline, armEndpoint: string, reads: boolean): void {
  pipeline.removePolicy({ name: 'defaultRetryPolicy' });
  // Nobody reads its spans, and it parses the long operation URLs each time.
  pipeline.removePolicy({ name: 'tracingPolicy' });
  if (reads)
    pipeline.addPolicy(exponentialRetryPolicy({ maxRetries: 2, retryDelayInMs: 300, maxRetryDelayInMs: 2000 }), { phase: 'Retry' });
  // Behind redirects and tokens, so that nothing gets past it.
  pipeline.addPolicy(hostRule(armEndpoint), { afterPhase: 'Sign' });
}
