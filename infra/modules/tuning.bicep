metadata name = 'Tuning'
metadata description = 'The settings of the prober that people may change, with the ranges that the app itself demands.'

@export()
@description('How nodes are probed and judged. What is left out has the default of the app.')
@sealed()
type tuningType = {
  @description('Globs on resourceGroup/name, separated by commas; all clusters without one.')
  includeClusters: string?

  @description('Globs on resourceGroup/name of clusters that are not monitored, separated by commas.')
  excludeClusters: string?

  @description('Nodes that are started together.')
  @minValue(1)
  @maxValue(100)
  nodesPerSlice: int?

  @description('Run Commands started a minute for each subscription and region. Azure grants about 500, shared with AKS itself.')
  @minValue(1)
  @maxValue(1500)
  startsPerMinute: int?

  @description('Seconds after which results are first polled.')
  @minValue(1)
  @maxValue(120)
  firstCollectSeconds: int?

  @description('Seconds between further polls.')
  @minValue(1)
  @maxValue(60)
  collectAgainSeconds: int?

  @description('Seconds after which a node without an answer is unknown.')
  @minValue(30)
  @maxValue(600)
  probeDeadlineSeconds: int?

  @description('Failures in a row that open an outage; the confirmation counts.')
  @minValue(1)
  @maxValue(20)
  failureThreshold: int?

  @description('Successes in a row that close it.')
  @minValue(1)
  @maxValue(20)
  recoveryThreshold: int?

  @description('Minutes within which an outage that returns is the same one.')
  @minValue(0)
  @maxValue(1440)
  flapWindowMinutes: int?

  @description('How often a node whose outage is open or has just ended is probed again between two sweeps.')
  @minValue(0)
  @maxValue(2)
  rechecksPerSweep: int?

  @description('Minutes that the verdict of a long healthy node may be old when the next sweep comes. Above the interval, as many such nodes are left out of a sweep as there were probes between sweeps; 0 for none.')
  @minValue(0)
  @maxValue(1440)
  maxAgeMinutes: int?

  @description('Probes in a row without a verdict after which a node counts as blind.')
  @minValue(1)
  @maxValue(20)
  blindAfter: int?

  @description('Percent of the nodes with a verdict that must fail for an outage of the cluster, or of the reachable ones that must not be served for it to be degraded.')
  @minValue(1)
  @maxValue(100)
  clusterQuorumPercent: int?

  @description('Nodes that must fail for an outage of the cluster, or not be served for it to be degraded.')
  @minValue(1)
  @maxValue(1000)
  clusterQuorumNodes: int?

  @description('Percent of the nodes that must give no verdict for a cluster to be blind.')
  @minValue(1)
  @maxValue(100)
  blindPercent: int?

  @description('Minutes after which a node that should have a verdict and has none is notified.')
  @minValue(15)
  @maxValue(10080)
  unseenAfterMinutes: int?

  @description('Clusters that fail together and share something which make them an incident.')
  @minValue(2)
  @maxValue(1000)
  incidentClusters: int?

  @description('Minutes for which a new node is not probed.')
  @minValue(0)
  @maxValue(1440)
  nodeGraceMinutes: int?

  @description('Days for which results are kept.')
  @minValue(1)
  @maxValue(365)
  retentionDays: int?

  @description('Checks a minute that people may ask for.')
  @minValue(1)
  @maxValue(1000)
  checksPerMinute: int?

  @description('What a failing node tries besides the API server: https addresses, separated by commas.')
  egressEndpoints: string?

  @description('Whether a node that reaches its API server also asks it for its own node object, and so whether it is served; off saves one request a node.')
  probeServed: ('on' | 'off')?

  @description('Whether findings name those who changed something in Azure (personal data), or give only object ids. Default: off.')
  showCallers: ('on' | 'off')?

  @description('Address of the status page in events and alerts, where it is not the one of the app itself.')
  pageUrl: string?
}
