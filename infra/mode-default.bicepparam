// The simplest way: storage and app are reached from the internet, by identity and key only.
// Copy it to infra/main.bicepparam, which is yours: no upgrade touches it. Every parameter is described in infra/main.bicep.
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'prod')
param location = any(readEnvironmentVariable('AZURE_LOCATION', 'westeurope'))

// What is monitored: IDs of subscriptions of the same tenant, separated by commas.
param monitoredSubscriptions = filter(map(split(readEnvironmentVariable('MONITORED_SUBSCRIPTIONS', ''), ','), id => trim(id)), id => !empty(id))
// Or all below a management group; with both, only these of its subscriptions. Its access is granted by fleet-access-mg.bicep.
param managementGroupName = readEnvironmentVariable('MANAGEMENT_GROUP', '')

// Whether this deployment grants access to them, and where: on the node resource groups of AKS clusters, which a policy keeps in step with new clusters.
param grantFleetAccess = readEnvironmentVariable('GRANT_FLEET_ACCESS', 'true') != 'false'
param runCommandOn = 'nodeGroupsByPolicy'

// Whether their Activity Log is sent to the workspace, and an alert reports Run Commands as the prober that it did not start.
param watchRuns = true

// Who is notified.
param alertEmails = filter(map(split(readEnvironmentVariable('ALERT_EMAILS', ''), ','), email => trim(email)), email => !empty(email))
param alertWebhookUrl = readEnvironmentVariable('ALERT_WEBHOOK_URL', '')

// Webhooks that are notified as well, and their secrets: the values, or references to secrets in a Key Vault.
param webhooks = readEnvironmentVariable('WEBHOOKS', '')
param webhookSecrets = readEnvironmentVariable('WEBHOOK_SECRETS', '')
