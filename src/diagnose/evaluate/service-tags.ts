/**
 * Service tags of services whose addresses are no API server's. Azure adds tags, and some hold what others do, such as `AzureCloud`: what is not listed here
 * may hold an API server (https://learn.microsoft.com/azure/virtual-network/service-tags-overview).
 */
const OTHER_SERVICES: ReadonlySet<string> = new Set(
  [
    'ApiManagement',
    'AppConfiguration',
    'AppService',
    'AppServiceManagement',
    'AzureActiveDirectory',
    'AzureActiveDirectoryDomainServices',
    'AzureBackup',
    'AzureBotService',
    'AzureCognitiveSearch',
    'AzureContainerRegistry',
    'AzureCosmosDB',
    'AzureDatabricks',
    'AzureDevOps',
    'AzureEventGrid',
    'AzureIoTHub',
    'AzureKeyVault',
    'AzureMonitor',
    'AzureSignalR',
    'AzureSiteRecovery',
    'AzureTrafficManager',
    'DataFactory',
    'EventHub',
    'GuestAndHybridManagement',
    'LogicApps',
    'LogicAppsManagement',
    'MicrosoftContainerRegistry',
    'PowerBI',
    'ServiceBus',
    'Sql',
    'SqlManagement',
    'Storage',
    'StorageSyncService',
    'WindowsVirtualDesktop',
  ].map((tag) => tag.toLowerCase()),
);

/** Azure Front Door has one tag for each of its sides. */
const FRONT_DOOR = /^azurefrontdoor(\.\w+){0,2}$/;

/** Whether a service tag, in lower case, is that of another service than AKS, in all regions or one. */
export function isOfOtherService(tag: string): boolean {
  const [service = '', ...region] = tag.split('.');
  return FRONT_DOOR.test(tag) || (region.length <= 1 && OTHER_SERVICES.has(service));
}
