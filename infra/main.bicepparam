using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'aks-fleet-prober')
param location = any(readEnvironmentVariable('AZURE_LOCATION', 'westeurope'))

// What to monitor: subscriptions of the same tenant, separated by commas, or a management group.
param monitoredSubscriptions = filter(map(split(readEnvironmentVariable('MONITORED_SUBSCRIPTIONS', ''), ','), id => trim(id)), id => !empty(id))
param managementGroupName = readEnvironmentVariable('MANAGEMENT_GROUP', '')
param grantFleetAccess = readEnvironmentVariable('GRANT_FLEET_ACCESS', 'true') != 'false'

// Who is notified.
param alertEmails = filter(map(split(readEnvironmentVariable('ALERT_EMAILS', ''), ','), email => trim(email)), email => !empty(email))
param alertWebhookUrl = readEnvironmentVariable('ALERT_WEBHOOK_URL', '')

// Webhooks that are notified as well, and their secrets: the values, or references to secrets in a Key Vault.
param webhooks = readEnvironmentVariable('WEBHOOKS', '')
param webhookSecrets = readEnvironmentVariable('WEBHOOK_SECRETS', '')
