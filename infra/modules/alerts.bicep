metadata name = 'Alerts'
metadata description = 'Rules on the queries of infra/alerts. All are stateful: they are resolved when what they report is over.'

import { ownTelemetry } from 'own-telemetry.bicep'

@description('Required. Prefix of the names of the rules.')
param name string

@description('Required. Region of the rules: that of the workspace.')
param location string

@description('Optional. Tags of the rules.')
param tags object = {}

@description('Required. Resource ID of the Log Analytics workspace that is queried.')
param workspaceId string

@description('Required. Resource ID of the Application Insights component that the prober sends its telemetry to.')
param componentId string

@description('Optional. Whether others send their telemetry to the workspace, too.')
param workspaceIsShared bool = false

@description('Required. Resource IDs of the action groups that are notified of severity 0 and 1: of what somebody is woken for.')
@maxLength(5)
param pageGroupIds string[]

@description('Required. Resource IDs of the action groups that are notified of all other severities.')
@maxLength(5)
param ticketGroupIds string[]

@description('Required. Address of the status page, part of each payload.')
param pageUrl string

@description('Required. Three intervals between sweeps: what coverage and throttling look back on.')
@allowed(['PT15M', 'PT30M', 'PT45M', 'PT1H', 'PT2H', 'PT3H'])
param threeIntervals string

@description('Required. Without a completed sweep for so long the prober is silent: two intervals between sweeps, and the ten minutes by which telemetry may be late.')
@allowed(['PT30M', 'PT45M', 'PT1H', 'PT2H', 'PT3H'])
param silenceWindow string

@description('Optional. What the rules of clusters have an alert for: each cluster, each subscription, or none: then one alert each for the whole fleet.')
@allowed(['cluster', 'subscription', 'none'])
param splitBy string = 'cluster'

@description('Optional. Percent of the nodes that should have a verdict below which there is an alert.')
@minValue(1)
@maxValue(100)
param minimumCoveragePercent int = 90

@description('Optional. Open outages of nodes that a cluster may have without an alert.')
@minValue(0)
param toleratedNodeOutages int = 0

@description('Optional. Whether writes to the storage are logged, so that changes of the deployed package can be told.')
param packageIsLogged bool = false

@description('Optional. Whether the Activity Log of the monitored subscriptions is in the workspace, so that runs which the prober did not start can be told.')
param watchRuns bool = false

@description('Conditional. Principal ID of the identity of the prober. Needed with watchRuns.')
param principalId string = ''

var runbooks = loadTextContent('../alerts/runbooks.kql')
var state = loadTextContent('../alerts/state.kql')
var incident = loadTextContent('../alerts/incident.kql')

// A mail about the end has the same words as the one about the beginning: what it is comes first.
var condition = '\${data.essentials.monitorCondition}: '
// Payloads list dimensions, and the address of one is its place. The order is not documented: each list here is in that of the alphabet, with the subject first.
var firstDimension = '\${data.alertContext.condition.allOf[0].dimensions[0].value}'
var count = '\${data.alertContext.condition.allOf[0].metricValue}'

// Azure takes six dimensions at most, and the column of the target may count as one.
var splits = {
  cluster: {
    query: loadTextContent('../alerts/by-cluster.kql')
    dimensions: ['alert', 'changed', 'cluster', 'page', 'why']
    resourceIdColumn: 'target'
    subject: firstDimension
  }
  subscription: {
    query: loadTextContent('../alerts/by-subscription.kql')
    dimensions: ['subscription']
    resourceIdColumn: null
    subject: '${count} clusters of subscription ${firstDimension}: '
  }
  none: {
    query: loadTextContent('../alerts/together.kql')
    dimensions: []
    resourceIdColumn: null
    subject: '${count} clusters: '
  }
}
var split = splits[splitBy]

var rows = {
  timeAggregation: 'Count'
  operator: 'GreaterThan'
  threshold: 0
}
var clusters = {
  timeAggregation: 'Total'
  metricMeasureColumn: 'clusters'
  operator: 'GreaterThan'
  threshold: 0
}
var ofIncident = ['alert', 'changed', 'incident', 'page', 'runbook', 'why']

// Every minute, Azure looks back six hours at most; less often, two days.
var everyMinute = {
  frequency: 'PT1M'
  window: 'PT6H'
}
var everyFiveMinutes = {
  frequency: 'PT5M'
  window: 'P1D'
}

var incidentRules = [
  {
    name: 'incident-fleet'
    severity: 0
    description: 'Most clusters of the fleet are down, for one cause as it seems. One alert, however many clusters: those of its clusters are covered by it. Lasts until it is over.'
    query: '${incident}\n| where severity == \'0\''
  }
  {
    name: 'incident'
    severity: 1
    description: 'Several clusters are down or blind that share something which the others do not, or nobody sees the fleet at all: a right is missing, Azure cannot be reached, Run Command is refused, nothing is watched. One alert, however many clusters: those of its clusters are covered by it. Lasts until it is over.'
    query: '${incident}\n| where severity != \'0\''
  }
]

var clusterRules = [
  {
    name: 'cluster-outage'
    severity: 1
    description: 'So many nodes of a cluster cannot reach their API server that the cluster itself is the subject. Lasts as long as the outage.'
    query: '${state}${loadTextContent('../alerts/cluster-outage.kql')}'
    several: 'down'
    timing: everyMinute
  }
  {
    name: 'node-outages'
    severity: 2
    description: 'Nodes of a cluster cannot reach their API server, while most others can. Lasts as long as one of them cannot.'
    query: 'let toleratedNodeOutages = ${toleratedNodeOutages};\n${state}${loadTextContent('../alerts/node-outages.kql')}'
    several: 'nodes are cut off'
    timing: everyFiveMinutes
  }
  {
    name: 'cluster-blind'
    severity: 2
    description: 'So few nodes of a cluster give a verdict that nothing can be said of it. Their agents or their way to Azure are in question.'
    query: '${state}${loadTextContent('../alerts/cluster-blind.kql')}'
    several: 'blind'
    timing: everyFiveMinutes
  }
  {
    name: 'cluster-degraded'
    severity: 2
    description: 'Nodes reach the API server of a cluster, and it does not serve many of them: it answers, but not for their own node objects, for example because etcd does not answer, or the API server is overloaded. No outage of the connection; workloads that run go on, but changes may not reach them. Lasts as long as that does.'
    query: '${state}${loadTextContent('../alerts/cluster-degraded.kql')}'
    several: 'degraded'
    timing: everyFiveMinutes
  }
  {
    name: 'nodes-unseen'
    severity: 3
    description: 'Nodes of a cluster should have a verdict and had none for an hour (unseenAfterMinutes), for a reason that does not pass by itself: extensions that are disallowed, a lock, an agent that is silent, machines that cannot be found. They are watched by nobody until it is fixed; the reason says how.'
    query: '${state}${loadTextContent('../alerts/nodes-unseen.kql')}'
    several: 'nodes are not seen'
    timing: {
      frequency: 'PT15M'
      window: 'P1D'
    }
  }
  {
    name: 'coverage'
    severity: 3
    description: 'Too many nodes of a cluster that should have a verdict have none (one that nobody can see has the alert cluster blind instead), or a subscription cannot be read. The reason says why: access, budget, silent agents, a locked node resource group (exclude such a cluster).'
    query: 'let minimumCoveragePercent = ${minimumCoveragePercent};\n${loadTextContent('../alerts/coverage.kql')}'
    several: 'too few nodes have a verdict'
    timing: {
      frequency: 'PT15M'
      window: threeIntervals
    }
  }
]

var proberRules = [
  {
    name: 'prober-silent'
    severity: 1
    description: 'No sweep was completed for two intervals and the ten minutes by which telemetry may be late: nobody watches the fleet. See whether the function app runs, and what it logs.'
    query: loadTextContent('../alerts/prober-silent.kql')
    condition: {
      timeAggregation: 'Total'
      metricMeasureColumn: 'completed'
      operator: 'LessThan'
      threshold: 1
    }
    dimensions: []
    subject: 'the prober is silent, and nobody watches the fleet'
    timing: {
      frequency: 'PT5M'
      window: silenceWindow
    }
  }
  {
    name: 'throttling'
    severity: 3
    description: 'In two sweeps or more, Azure throttled the prober (Throttled: sweep less often, or lower startsPerMinute), or its pace had no room for all nodes (OverBudget: sweep less often, or raise startsPerMinute where Azure has room). GET /api/metrics says where: aks_fleet_prober_arm_paused_seconds by subscription_id and region, aks_fleet_prober_last_sweep_nodes by cluster_id and reason.'
    query: '${runbooks}\n${loadTextContent('../alerts/throttling.kql')}'
    condition: rows
    dimensions: ['reason', 'runbook']
    subject: 'the prober leaves nodes out, ${firstDimension}'
    timing: {
      frequency: 'PT15M'
      window: threeIntervals
    }
  }
  {
    name: 'poison-messages'
    severity: 3
    description: 'Work failed each time it was tried and was given up; its nodes are unknown. See what it was under Errors of the prober itself in the workbook AKS fleet, and why among the exceptions of that time in Application Insights.'
    query: loadTextContent('../alerts/poison-messages.kql')
    condition: rows
    dimensions: []
    subject: 'the prober gave up on work'
    timing: {
      frequency: 'PT15M'
      window: 'PT1H'
    }
  }
  {
    name: 'prober-errors'
    severity: 3
    description: 'The prober itself fails, or its timer does not start the sweeps. See Errors of the prober itself in the workbook AKS fleet, and the exceptions in Application Insights.'
    query: loadTextContent('../alerts/prober-errors.kql')
    condition: rows
    dimensions: []
    subject: 'the prober has errors of its own'
    timing: {
      frequency: 'PT15M'
      window: 'PT1H'
    }
  }
]

var packageRules = [
  {
    name: 'package-changes'
    severity: 2
    description: 'Somebody wrote to the container of the deployed package: to the code that runs as the identity which may run commands on every node. Each deployment of yours is one of these.'
    query: loadTextContent('../alerts/package-changes.kql')
    condition: rows
    dimensions: ['address', 'by']
    subject: 'the deployed package was changed from ${firstDimension}'
    timing: {
      frequency: 'PT15M'
      window: 'PT1H'
    }
  }
]

var runRules = [
  {
    name: 'unknown-runs'
    severity: 2
    description: 'Somebody ran a command on a node with the identity of the prober, and no sweep and no check of it did: treat it as a security incident. Or no run of the prober is found in the Activity Log, so that nothing can be said: see that it arrives in the workspace.'
    query: 'let principalId = \'${principalId}\';\n${loadTextContent('../alerts/unknown-runs.kql')}'
    condition: rows
    dimensions: ['alert', 'resource']
    subject: firstDimension
    timing: {
      frequency: 'PT15M'
      window: 'P1D'
    }
  }
]

// What people are told, and by what: everything but the address of each rule.
var rules = concat(
  map(incidentRules, rule => union(rule, {
    condition: rows
    dimensions: ofIncident
    resourceIdColumn: null
    subject: firstDimension
    timing: everyMinute
  })),
  map(clusterRules, rule => union(rule, {
    query: '${rule.query}${split.query}'
    condition: clusters
    dimensions: split.dimensions
    resourceIdColumn: split.resourceIdColumn
    subject: splitBy == 'cluster' ? split.subject : '${split.subject}${rule.several}'
  })),
  map(concat(proberRules, packageIsLogged ? packageRules : [], watchRuns ? runRules : []), rule => union(rule, { resourceIdColumn: null }))
)

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
    evaluationFrequency: rule.timing.frequency
    windowSize: rule.timing.window
    autoMitigate: true
    // At the first deployment there are no rows yet.
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: workspaceIsShared ? ownTelemetry(rule.query, componentId, '\n') : rule.query
          timeAggregation: rule.condition.timeAggregation
          metricMeasureColumn: rule.condition.?metricMeasureColumn
          resourceIdColumn: rule.?resourceIdColumn
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
      actionGroups: rule.severity <= 1 ? pageGroupIds : ticketGroupIds
      actionProperties: {
        'Email.Subject': '${condition}${rule.subject}'
      }
      customProperties: {
        page: pageUrl
        open: 'Append ?code=<function key> to the address of a page.'
      }
    }
  }
}]

@description('Resource IDs of the rules that somebody is woken for.')
output pageRuleIds string[] = [for (rule, index) in filter(rules, each => each.severity <= 1): resourceId('Microsoft.Insights/scheduledQueryRules', '${name}-${rule.name}')]
