import { showStatusPage } from '../page/status-page.ts';
import type { Services } from '../services.ts';
import { showCluster, showClusters, showFleet } from './fleet.ts';
import { showHealth } from './health.ts';
import { showNode, showNodes } from './nodes.ts';
import { showOutages } from './outages.ts';
import { showLatestSweep, showReasons, showSweeps } from './sweeps.ts';

/** What a route gets to see of a request. */
export interface RouteRequest {
  params: Readonly<Record<string, string | undefined>>;
  query: { get(name: string): string | null };
}

/** What a route answers with: JSON or a page. */
export interface Reply {
  status?: number;
  json?: unknown;
  html?: string;
}

export interface Route {
  /** Name of the function, unique in the app. */
  name: string;
  method: 'GET';
  /** Below `/api`, in the notation of Azure Functions. */
  path: string;
  /** Open to callers without a function key. */
  anonymous?: true;
  handle(services: Services, request: RouteRequest): Promise<Reply>;
}

/** Every route of the app. */
export const routes: readonly Route[] = [
  { name: 'get-fleet', method: 'GET', path: 'fleet', handle: showFleet },
  { name: 'list-clusters', method: 'GET', path: 'clusters', handle: showClusters },
  { name: 'get-cluster', method: 'GET', path: 'clusters/{cluster}', handle: showCluster },
  { name: 'list-nodes', method: 'GET', path: 'clusters/{cluster}/nodes', handle: showNodes },
  { name: 'get-node', method: 'GET', path: 'clusters/{cluster}/nodes/{node}', handle: showNode },
  { name: 'list-outages', method: 'GET', path: 'outages', handle: showOutages },
  { name: 'list-sweeps', method: 'GET', path: 'sweeps', handle: showSweeps },
  { name: 'get-latest-sweep', method: 'GET', path: 'sweeps/latest', handle: showLatestSweep },
  { name: 'list-reasons', method: 'GET', path: 'reasons', handle: showReasons },
  { name: 'status-page', method: 'GET', path: 'status', handle: showStatusPage },
  { name: 'get-health', method: 'GET', path: 'health', anonymous: true, handle: showHealth },
];
