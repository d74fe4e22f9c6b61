metadata name = 'Action group'
metadata description = 'Who is notified when an alert fires or is resolved.'

@description('Required. Name of the action group.')
param name string

@description('Optional. Tags of the action group.')
param tags object = {}

@description('Optional. Mail addresses that are notified.')
param emails string[] = []

@description('Optional. Address that alerts are posted to, in the common alert schema. A secret where it holds a token.')
@secure()
param webhookUrl string = ''

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: name
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'AKS fleet'
    emailReceivers: map(emails, email => {
      name: email
      emailAddress: email
      useCommonAlertSchema: true
    })
    webhookReceivers: empty(webhookUrl) ? [] : [
      {
        name: 'webhook'
        serviceUri: webhookUrl
        useCommonAlertSchema: true
      }
    ]
  }
}

@description('Resource ID of the action group.')
output id string = group.id
