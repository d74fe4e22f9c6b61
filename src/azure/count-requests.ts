import type { PipelinePolicy } from '@azure/core-rest-pipeline';

/** Counts the requests that this process sends to Azure Resource Manager, each attempt, until somebody tells of them. */
export interface RequestCount {
  policy: PipelinePolicy;
  /** Requests since they were last taken; they count as told. */
  take(): number;
  /** Gives back what could not be told. */
  putBack(requests: number): void;
}

/**
 * Makes a count that begins at 0.
 *
 * @param counts - tells by its URL whether a request does.
 */
export function countRequests(counts: (url: string) => boolean = () => true): RequestCount {
  let untold = 0;
  return {
    policy: {
      name: 'countRequests',
      sendRequest(request, next) {
        if (counts(request.url)) untold += 1;
        return next(request);
      },
    },
    take() {
      const taken = untold;
      untold = 0;
      return taken;
    },
    putBack(requests) {
      untold += requests;
    },
  };
}
