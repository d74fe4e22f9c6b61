metadata name = 'Alerts'
metadata description = 'One rule for each query of infra/alerts. All are stateful: they are resolved when what they report is over.'

@description('Required. Prefix of the names of the rules.')
param name string

@description('Required. Region of the rules: that of the workspace.')
param location string

@description('Optional. Tags of the rules.')
param tags object = {}

@description('Required. Resource ID of the Log Analytics workspace that is queried.')
param workspaceId string

@description('Required. Resource IDs of the action groups that are notified.')
param actionGroupIds string[]

@description('Required. Address of the status page, part of each payload.')
param pageUrl string

@description('Required. Three intervals between sweeps: without a completed one for so long the prober is silent.')
@allowed(['PT15M', 'PT30M', 'PT45M', 'PT1H', 'PT2H', 'PT3H'])
param threeIntervals string

@description('Optional. Percent of the nodes that should have a verdict below which there is an alert.')
@minValue(1)
@maxValue(100)
param minimumCoveragePercent int = 90

@description('Optional. Open outages of nodes that a cluster may have without an alert.')
@minValue(0)
param toleratedNodeOutages int = 0

var runbooks = loadTextContent('../alerts/runbooks.kql')
var state = '${runbooks}\n${loadTextContent('../alerts/state.kql')}'
var ofCluster = ['cluster', 'reason', 'runbook', 'page']
// The code, not the sentence: an alert that is open is not replaced when a sentence gets more exact.
var ofOutage = ['cluster', 'reason', 'finding', 'runbook', 'page']
var rows = {
  timeAggregation: 'Count'
  operator: 'GreaterThan'
  threshold: 0
}

var rules = [
  {
    name: 'cluster-outage'
    severity: 1
    description: 'So many nodes of a cluster cannot reach their API server that the cluster itself is the subject. Lasts as long as the outage.'
    query: '${state}\n${loadTextContent('../alerts/cluster-outage.kql')}'
    condition: rows
    dimensions: ofOutage
    window: 'P1D'
    frequency: 'PT5M'
  }
  {
    name: 'node-outages'
    severity: 2
    description: 'Nodes of a cluster cannot reach their API server, while most others can. Lasts as long as one of them cannot.'
    query: '${state}\n${loadTextContent('../alerts/node-outages.kql')}'
    condition: {
      timeAggregation: 'Maximum'
      metricMeasureColumn: 'openNodeOutages'
      operator: 'GreaterThan'
      threshold: toleratedNodeOutages
    }
    dimensions: ofOutage
    window: 'P1D'
    frequency: 'PT5M'
  }
  {
    name: 'cluster-blind'
    severity: 2
    description: 'So few nodes of a cluster give a verdict that nothing can be said of it; cluster * is the prober itself, which is blind for all. Their agents or their way to Azure are in question.'
    query: '${state}\n${loadTextContent('../alerts/cluster-blind.kql')}'
    condition: rows
    dimensions: ofOutage
    window: 'P1D'
    frequency: 'PT5M'
  }
  {
    name: 'cluster-degraded'
    severity: 2
    description: 'Nodes reach the API server of a cluster, and it does not serve many of them: it answers, but not for their own node objects, for example because etcd does not answer, or the API server is overloaded. No outage of the connection; workloads that run go on, but changes may not reach them. Lasts as long as that does.'
    query: '${state}\n${loadTextContent('../alerts/cluster-degraded.kql')}'
    condition: rows
    dimensions: ofCluster
    window: 'P1D'
    frequency: 'PT5M'
  }
  {
    name: 'nodes-unseen'
    severity: 3
    description: 'Nodes of a cluster should have a verdict and had none for an hour (unseenAfterMinutes), for a reason that does not pass by itself: extensions that are disallowed, a lock, an agent that is silent, machines that cannot be found. They are watched by nobody until it is fixed; the reason says how.'
    query: '${state}\n${loadTextContent('../alerts/nodes-unseen.kql')}'
    condition: {
      timeAggregation: 'Maximum'
      metricMeasureColumn: 'unseenNodes'
      operator: 'GreaterThan'
      threshold: 0
    }
    dimensions: ofCluster
    window: 'P1D'
    frequency: 'PT15M'
  }
  {
    name: 'prober-silent'
    severity: 1
    description: 'No sweep was completed for three intervals: nobody watches the fleet. See whether the function app runs, and what it logs.'
    query: loadTextContent('../alerts/prober-silent.kql')
    condition: {
      timeAggregation: 'Total'
      metricMeasureColumn: 'completed'
      operator: 'LessThan'
      threshold: 1
    }
    dimensions: []
    window: threeIntervals
    frequency: 'PT5M'
  }
  {
    name: 'coverage'
    severity: 3
    description: 'Too many nodes of a cluster that should have a verdict have none (one that nobody can see has the alert cluster blind instead), or a subscription cannot be read, or (cluster *) nothing at all is watched: no right on any subscription, or settings that no cluster matches. See the reasons on the status page: access, budget, silent agents, a locked node resource group (exclude such a cluster).'
    query: loadTextContent('../alerts/coverage.kql')
    condition: {
      timeAggregation: 'Minimum'
      metricMeasureColumn: 'coveragePercent'
      operator: 'LessThan'
      threshold: minimumCoveragePercent
    }
    dimensions: ['cluster', 'page']
    window: threeIntervals
    frequency: 'PT15M'
  }
  {
    name: 'throttling'
    severity: 3
    description: 'In two sweeps or more, Azure throttled the prober (Throttled: sweep less often, or lower startsPerMinute), or its pace had no room for all nodes (OverBudget: sweep less often, or raise startsPerMinute where Azure has room). GET /api/metrics says where: aks_fleet_prober_arm_paused_seconds by subscription and region, aks_fleet_prober_last_sweep_nodes by cluster and reason.'
    query: '${runbooks}\n${loadTextContent('../alerts/throttling.kql')}'
    condition: rows
    dimensions: ['reason', 'runbook']
    window: threeIntervals
    frequency: 'PT15M'
  }
  {
    name: 'poison-messages'
    severity: 3
    description: 'Work failed each time it was tried and was given up; its nodes are unknown. See what it was under Errors of the prober itself in the workbook AKS fleet, and why among the exceptions of that time in Application Insights.'
    query: loadTextContent('../alerts/poison-messages.kql')
    condition: rows
    dimensions: []
    window: 'PT1H'
    frequency: 'PT15M'
  }
  {
    name: 'prober-errors'
    severity: 3
    description: 'The prober itself fails, or its timer does not start the sweeps. See Errors of the prober itself in the workbook AKS fleet, and the exceptions in Application Insights.'
    query: loadTextContent('../alerts/prober-errors.kql')
    condition: rows
    dimensions: []
    window: 'PT1H'
    frequency: 'PT15M'
  }
]

resource alert 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for rule in rules: {
  name: '${name}-${rule.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'AKS fleet: ${replace(rule.name, '-', ' ')}'
    description: rule.description
    severity: rule.severity
    enabled: true
    scopes: [workspaceId]
    evaluationFrequency: rule.frequency
    windowSize: rule.window
    autoMitigate: true
    // At the first deployment there are no rows yet.
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: rule.query
          timeAggregation: rule.condition.timeAggregation
          metricMeasureColumn: rule.condition.?metricMeasureColumn
          operator: rule.condition.operator
          threshold: rule.condition.threshold
          dimensions: map(rule.dimensions, dimension => {
            name: dimension
            operator: 'Include'
            values: ['*']
          })
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: actionGroupIds
      customProperties: {
        page: pageUrl
        open: 'Append ?code=<function key> to the address of a page.'
      }
    }
  }
}]
