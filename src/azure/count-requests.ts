import type { PipelinePolicy } from '@azure/core-rest-pipeline';

/** Counts the requests that this process sends to Azure Resource Manager, each attempt, until they are reported. */
export interface RequestCount {
  policy: PipelinePolicy;
  /** Returns the number of requests since the last call and resets it to 0. */
  take(): number;
  /** Adds back requests that were taken and could not be reported. */
  putBack(requests: number): void;
}

/**
 * Creates a count that begins at 0.
 *
 * @param counts - whether a request to a URL is counted; all of them by default.
 */
export function countRequests(counts: (url: string) => boolean = () => true): RequestCount {
  let unreported = 0;
  return {
    policy: {
      name: 'countRequests',
      sendRequest(request, next) {
        if (counts(request.url)) unreported += 1;
        return next(request);
      },
    },
    take() {
      const taken = unreported;
      unreported = 0;
      return taken;
    },
    putBack(requests) {
      unreported += requests;
    },
  };
}
