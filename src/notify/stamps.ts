/**
 * The stamps that ingestion endpoints have redirected this process to, by the URL of the endpoint: asked first, so that a request is not sent twice each
 * time. All sinks and clients of one process share them.
 */
const stamps = new Map<string, URL>();

/** The stamp to ask in place of an endpoint; undefined where none is known. */
export function stampOf(endpoint: string): URL | undefined {
  return stamps.get(endpoint);
}

/** Remembers the stamp that accepted what an endpoint redirected. */
export function rememberStamp(endpoint: string, stamp: URL): void {
  stamps.set(endpoint, stamp);
}

/** Forgets the stamp of an endpoint, since it failed: the endpoint itself is asked again. */
export function forgetStamp(endpoint: string): void {
  stamps.delete(endpoint);
}
