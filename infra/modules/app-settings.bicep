metadata name = 'App settings'
metadata description = 'Every setting of the app by the name under which src/settings.ts reads it.'

import { tuningType } from 'tuning.bicep'

@export()
@description('The settings that come from people.')
func tunedSettings(sweepSchedule string, subscriptions string[], tuning tuningType) object => {
  SWEEP_SCHEDULE: sweepSchedule
  SUBSCRIPTIONS: join(subscriptions, ',')
  INCLUDE_CLUSTERS: tuning.?includeClusters ?? '*'
  EXCLUDE_CLUSTERS: tuning.?excludeClusters ?? ''
  NODES_PER_SLICE: string(tuning.?nodesPerSlice ?? 100)
  STARTS_PER_MINUTE: string(tuning.?startsPerMinute ?? 250)
  FIRST_COLLECT_SECONDS: string(tuning.?firstCollectSeconds ?? 25)
  COLLECT_AGAIN_SECONDS: string(tuning.?collectAgainSeconds ?? 10)
  PROBE_DEADLINE_SECONDS: string(tuning.?probeDeadlineSeconds ?? 150)
  FAILURE_THRESHOLD: string(tuning.?failureThreshold ?? 2)
  RECOVERY_THRESHOLD: string(tuning.?recoveryThreshold ?? 1)
  FLAP_WINDOW_MINUTES: string(tuning.?flapWindowMinutes ?? 15)
  RECHECKS_PER_SWEEP: string(tuning.?rechecksPerSweep ?? 2)
  MAX_AGE_MINUTES: string(tuning.?maxAgeMinutes ?? 0)
  BLIND_AFTER: string(tuning.?blindAfter ?? 3)
  CLUSTER_QUORUM_PERCENT: string(tuning.?clusterQuorumPercent ?? 50)
  CLUSTER_QUORUM_NODES: string(tuning.?clusterQuorumNodes ?? 2)
  BLIND_PERCENT: string(tuning.?blindPercent ?? 50)
  UNSEEN_AFTER_MINUTES: string(tuning.?unseenAfterMinutes ?? 60)
  INCIDENT_CLUSTERS: string(tuning.?incidentClusters ?? 3)
  NODE_GRACE_MINUTES: string(tuning.?nodeGraceMinutes ?? 10)
  RETENTION_DAYS: string(tuning.?retentionDays ?? 30)
  CHECKS_PER_MINUTE: string(tuning.?checksPerMinute ?? 30)
  EGRESS_ENDPOINTS: tuning.?egressEndpoints ?? 'https://mcr.microsoft.com/v2/'
  PROBE_SERVED: tuning.?probeServed ?? 'on'
  SHOW_CALLERS: tuning.?showCallers ?? 'off'
  PAGE_URL: tuning.?pageUrl ?? ''
  HOME_SUBSCRIPTION: subscription().subscriptionId
}

@export()
@description('The webhooks: secrets, or references to secrets in a Key Vault.')
func webhookSettings(webhooks string, webhookSecrets string) object => {
  WEBHOOKS: webhooks
  WEBHOOK_SECRETS: webhookSecrets
}

@description('Addresses of services.')
@sealed()
type endpointsType = {
  blobs: string
  queues: string
  tables: string
  resourceManager: string
  login: string
}

@export()
@description('The settings that say where things are and who the app is. It signs in to everything with its identity: none of them is a secret.')
func identitySettings(endpoints endpointsType, connectionString string) object => {
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__blobServiceUri: endpoints.blobs
  AzureWebJobsStorage__queueServiceUri: endpoints.queues
  AzureWebJobsStorage__tableServiceUri: endpoints.tables
  ARM_ENDPOINT: endpoints.resourceManager
  AZURE_AUTHORITY_HOST: endpoints.login
  APPLICATIONINSIGHTS_CONNECTION_STRING: connectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD'
}
