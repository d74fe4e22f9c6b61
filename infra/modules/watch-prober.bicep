metadata name = 'Watch of the prober'
metadata description = 'What tells people that the prober or its rules fail without a query of logs, and that somebody changed what could turn it against the nodes.'

@description('Required. Prefix of the names of the alerts.')
param name string

@description('Required. Region of the availability test: that of Application Insights.')
param location string

@description('Optional. Tags of the alerts.')
param tags object = {}

@description('Required. Name of the function app.')
param appName string

@description('Required. Whether the app can only be reached through a private endpoint: no test from outside reaches it then.')
param private bool

@description('Required. Address that answers 200 while sweeps complete. Asked from the internet unless the app is private.')
param healthUrl string

@description('Required. Name of the Application Insights component.')
param componentName string

@description('Required. Name of the storage account.')
param storageName string

@description('Required. Resource IDs of the rules that somebody is woken for.')
param pageRuleIds string[]

@description('Required. Resource IDs of the action groups that are notified where nobody watches the fleet, or nobody would be told.')
@maxLength(5)
param pageGroupIds string[]

@description('Required. Resource IDs of the action groups that are notified of changes.')
@maxLength(5)
param ticketGroupIds string[]

resource app 'Microsoft.Web/sites@2024-04-01' existing = {
  name: appName
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: storageName
}

var pages = map(pageGroupIds, id => { actionGroupId: id })
var tickets = map(ticketGroupIds, id => { actionGroupId: id })
var toComponent = { 'hidden-link:${component.id}': 'Resource' }

// Five places, each every 15 minutes: on average one request every 3 minutes. West Europe, North Europe, East US, West US and South East Asia.
var places = ['emea-nl-ams-azr', 'emea-gb-db3-azr', 'us-va-ash-azr', 'us-ca-sjc-azr', 'apac-sg-sin-azr']

resource test 'Microsoft.Insights/webtests@2022-06-15' = if (!private) {
  name: '${name}-health'
  location: location
  tags: union(tags, toComponent)
  kind: 'standard'
  properties: {
    Name: '${name}-health'
    SyntheticMonitorId: '${name}-health'
    Description: 'Whether sweeps complete, asked from outside. It says nothing of any cluster.'
    Enabled: true
    Kind: 'standard'
    Frequency: 900
    Timeout: 30
    RetryEnabled: true
    Locations: map(places, place => { Id: place })
    Request: {
      RequestUrl: healthUrl
      HttpVerb: 'GET'
      ParseDependentRequests: false
      FollowRedirects: false
    }
    ValidationRules: {
      ExpectedHttpStatusCode: 200
      SSLCheck: true
    }
  }
}

resource unhealthy 'Microsoft.Insights/metricAlerts@2018-03-01' = if (!private) {
  name: '${name}-health'
  location: 'global'
  tags: union(tags, toComponent)
  properties: {
    description: 'The app does not answer, or says that sweeps do not complete: nobody watches the fleet. Rests on no log and no query; see prober-silent for what to do.'
    severity: 1
    enabled: true
    autoMitigate: true
    scopes: [test.id, component.id]
    evaluationFrequency: 'PT1M'
    // Each place asks once in it.
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: test.id
      componentId: component.id
      // One place may have troubles of its own.
      failedLocationCount: 2
    }
    actions: pages
  }
}

// Where nobody outside can ask, Azure's own count of executions is what is left: the timer and the queue run some in every interval.
resource idle 'Microsoft.Insights/metricAlerts@2018-03-01' = if (private) {
  name: '${name}-idle'
  location: 'global'
  tags: tags
  properties: {
    description: 'No function of the app ran for an hour: nobody watches the fleet. Rests on no log and no query; see prober-silent for what to do.'
    severity: 1
    enabled: true
    autoMitigate: true
    scopes: [app.id]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT1H'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      // All of these at once.
      allOf: map(['OnDemandFunctionExecutionCount', 'AlwaysReadyFunctionExecutionCount'], metric => {
        name: metric
        criterionType: 'StaticThresholdCriterion'
        metricName: metric
        timeAggregation: 'Total'
        operator: 'LessThan'
        threshold: 1
      })
    }
    actions: pages
  }
}

resource health 'Microsoft.Insights/activityLogAlerts@2020-10-01' = {
  name: '${name}-rules-fail'
  location: 'global'
  tags: tags
  properties: {
    description: 'The query of a rule that somebody is woken for fails, or the rule is disabled: nobody would be told. Or Azure says that the function app is not available. Resource health of the resource says why.'
    enabled: true
    scopes: [resourceGroup().id]
    condition: {
      allOf: [
        {
          field: 'category'
          equals: 'ResourceHealth'
        }
        {
          anyOf: map(concat(pageRuleIds, [app.id]), id => {
            field: 'resourceId'
            equals: id
          })
        }
        {
          anyOf: map(['Degraded', 'Unavailable'], status => {
            field: 'properties.currentHealthStatus'
            equals: status
          })
        }
      ]
    }
    actions: {
      actionGroups: pages
    }
  }
}

// Each is reported once it has succeeded. Deployments of yours are among them.
var changes = [
  {
    name: 'app-changed'
    description: 'Somebody changed the function app: its settings or its code, asked for credentials to publish, or stopped it. Whoever can do that can run code on every node. What is pushed to its deployment site directly is not in this log: logStorageWrites records it.'
    scope: app.id
    operations: [
      'Microsoft.Web/sites/write'
      'Microsoft.Web/sites/delete'
      'Microsoft.Web/sites/config/write'
      'Microsoft.Web/sites/extensions/write'
      'Microsoft.Web/sites/publish/action'
      'Microsoft.Web/sites/publishxml/action'
      'Microsoft.Web/sites/basicPublishingCredentialsPolicies/write'
      'Microsoft.Web/sites/stop/action'
    ]
  }
  {
    name: 'identity-changed'
    description: 'Somebody made or changed a user-assigned identity in the subscription that the prober is deployed to, let somebody sign in as it (federated credentials), or gave it to a resource (assign). Those of the pipeline deploy the prober; that of the sign-in has no right; any other may be a way to its rights.'
    scope: subscription().id
    operations: [
      'Microsoft.ManagedIdentity/userAssignedIdentities/write'
      'Microsoft.ManagedIdentity/userAssignedIdentities/delete'
      'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action'
      'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write'
      'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/delete'
    ]
  }
  {
    name: 'storage-changed'
    description: 'Somebody changed the storage account, which holds the code that runs as the identity: who reaches it, its containers, or its keys, which are off.'
    scope: storage.id
    operations: [
      'Microsoft.Storage/storageAccounts/write'
      'Microsoft.Storage/storageAccounts/delete'
      'Microsoft.Storage/storageAccounts/listKeys/action'
      'Microsoft.Storage/storageAccounts/regenerateKey/action'
      'Microsoft.Storage/storageAccounts/listAccountSas/action'
      'Microsoft.Storage/storageAccounts/blobServices/containers/write'
      'Microsoft.Storage/storageAccounts/blobServices/containers/delete'
    ]
  }
  {
    name: 'rights-changed'
    description: 'Somebody assigned or took away a role in the subscription that the prober is deployed to. Contributor there is enough to run code on every node.'
    scope: subscription().id
    operations: [
      'Microsoft.Authorization/roleAssignments/write'
      'Microsoft.Authorization/roleAssignments/delete'
    ]
  }
  {
    name: 'rules-changed'
    description: 'Somebody deleted a rule or an action group of the prober, or Azure disabled a rule whose query had failed for a week: nobody would be told.'
    scope: resourceGroup().id
    operations: [
      'Microsoft.Insights/scheduledQueryRules/delete'
      'Microsoft.Insights/scheduledQueryRules/disable/action'
      'Microsoft.Insights/metricAlerts/delete'
      'Microsoft.Insights/activityLogAlerts/delete'
      'Microsoft.Insights/actionGroups/delete'
      'Microsoft.AlertsManagement/actionRules/write'
    ]
  }
]

resource changed 'Microsoft.Insights/activityLogAlerts@2020-10-01' = [for change in changes: {
  name: '${name}-${change.name}'
  location: 'global'
  tags: tags
  properties: {
    description: change.description
    enabled: true
    scopes: [change.scope]
    condition: {
      allOf: [
        {
          field: 'category'
          equals: 'Administrative'
        }
        {
          field: 'status'
          equals: 'Succeeded'
        }
        {
          anyOf: map(change.operations, operation => {
            field: 'operationName'
            equals: operation
          })
        }
      ]
    }
    actions: {
      actionGroups: tickets
    }
  }
}]
