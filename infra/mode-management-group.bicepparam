// A management group: every subscription below it is monitored, also those to come. Its access is granted by fleet-roles-mg.bicep and fleet-access-mg.bicep.
// Copy it to infra/main.bicepparam, which is yours: no upgrade touches it. Every parameter is described in infra/main.bicep.
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'prod')
param location = any(readEnvironmentVariable('AZURE_LOCATION', 'westeurope'))

// What is monitored: all subscriptions of this management group; with both, only these of them.
param managementGroupName = readEnvironmentVariable('MANAGEMENT_GROUP', '')
param monitoredSubscriptions = filter(map(split(readEnvironmentVariable('MONITORED_SUBSCRIPTIONS', ''), ','), id => trim(id)), id => !empty(id))

// Set it to true once the Activity Log of the monitored subscriptions is sent to the workspace: an alert then reports Run Commands as the prober that it did
// not start.
param watchRuns = false

// Who is notified.
param alertEmails = filter(map(split(readEnvironmentVariable('ALERT_EMAILS', ''), ','), email => trim(email)), email => !empty(email))
param alertWebhookUrl = readEnvironmentVariable('ALERT_WEBHOOK_URL', '')

// Webhooks that are notified as well, and their secrets: the values, or references to secrets in a Key Vault.
param webhooks = readEnvironmentVariable('WEBHOOKS', '')
param webhookSecrets = readEnvironmentVariable('WEBHOOK_SECRETS', '')
