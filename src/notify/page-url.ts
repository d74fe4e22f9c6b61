/** Where the status page of a cluster is, or '' if the app does not know its own address. */
export function clusterPageUrl(pageUrl: string | undefined, cluster: string): string {
  return pageUrl === undefined ? '' : `${pageUrl.replace(/\/$/, '')}/clusters/${encodeURIComponent(cluster)}`;
}

/** Where the status page of a node is, or '' if the app does not know its own address. */
export function nodePageUrl(pageUrl: string | undefined, cluster: string, node: string): string {
  return pageUrl === undefined ? '' : `${clusterPageUrl(pageUrl, cluster)}/nodes/${encodeURIComponent(node)}`;
}

/** Where the page of an incident is, or '' if the app does not know its own address. */
export function incidentPageUrl(pageUrl: string | undefined, incident: string): string {
  return pageUrl === undefined ? '' : `${pageUrl.replace(/\/$/, '')}/incidents/${encodeURIComponent(incident)}`;
}
