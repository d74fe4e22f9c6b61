import type { Mode, Predicted } from './compile.ts';

/** A policy of a landing zone, as a question to one resource. */
export interface Policy {
  /** Its name in Azure/Enterprise-Scale, or what the built-in policy is called, with its ID. */
  name: string;
  /** Types of resources that it asks about. */
  types: readonly string[];
  allows(resource: Predicted): boolean;
  /** Modes that break it on purpose, each because of what it is for; the guide says so. */
  brokenBy?: readonly Mode[];
}

const REGION = 'westeurope';
const at = (resource: Predicted, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], resource.properties);
const is =
  (path: string, ...expected: unknown[]) =>
  (resource: Predicted) =>
    expected.includes(at(resource, path));
const never = () => false;
const all =
  (...tests: ((resource: Predicted) => boolean)[]) =>
  (resource: Predicted) =>
    tests.every((test) => test(resource));

interface Subnet {
  name: string;
  properties: { networkSecurityGroup?: { id?: string }; defaultOutboundAccess?: boolean; serviceEndpoints?: unknown[] };
}
const subnetsOf = (resource: Predicted) =>
  resource.type.endsWith('/subnets') ? [resource as unknown as Subnet] : ((at(resource, 'subnets') ?? []) as Subnet[]);
const everySubnet = (test: (subnet: Subnet) => boolean) => (resource: Predicted) => subnetsOf(resource).every(test);

const STORAGE = ['Microsoft.Storage/storageAccounts'];
const SITE = ['Microsoft.Web/sites'];
const SUBNETS = ['Microsoft.Network/virtualNetworks', 'Microsoft.Network/virtualNetworks/subnets'];
const TELEMETRY = ['Microsoft.Insights/components', 'Microsoft.OperationalInsights/workspaces'];
const onInternet: Mode[] = ['default', 'management-group'];
const pageOnInternet: Mode[] = [...onInternet, 'network'];

/** Whether a type has a location and tags of its own: parts of another resource, and what belongs to identities and policies, have not. */
export function isTracked({ type }: Predicted): boolean {
  const untracked =
    /^Microsoft\.(Authorization|PolicyInsights)\/|diagnosticSettings$|privateDnsZoneGroups$|scopedResources$|PublishingCredentialsPolicies$|Services(\/|$)/;
  return !untracked.test(type);
}

/** The policies that Azure landing zones put on applications, and the tags and regions that companies ask for. */
export const policies: readonly Policy[] = [
  {
    name: 'Deny-Subnet-Without-Nsg',
    types: SUBNETS,
    allows: everySubnet(({ properties }) => Boolean(properties.networkSecurityGroup?.id)),
  },
  { name: 'Deny-PublicIP', types: ['Microsoft.Network/publicIPAddresses'], allows: never, brokenBy: ['network'] },
  { name: 'Deny-Private-DNS-Zones', types: ['Microsoft.Network/privateDnsZones'], allows: never, brokenBy: ['network'] },
  {
    name: 'Deny-Service-Endpoints',
    types: SUBNETS,
    allows: everySubnet(({ properties }) => (properties.serviceEndpoints ?? []).length === 0),
  },
  {
    name: 'Subnets should be private (7bca8353-aa3b-429b-904a-9229c4385837)',
    types: SUBNETS,
    allows: everySubnet(({ properties }) => properties.defaultOutboundAccess === false),
  },
  {
    name: 'Storage accounts should disable public network access (b2982f36-99f2-4db5-8eff-283140c09693)',
    types: STORAGE,
    allows: is('publicNetworkAccess', 'Disabled'),
    brokenBy: onInternet,
  },
  {
    name: 'Function apps should disable public network access (969ac98b-88a8-449f-883c-2e9adb123127)',
    types: SITE,
    allows: is('publicNetworkAccess', 'Disabled'),
    brokenBy: pageOnInternet,
  },
  {
    name: 'Application Insights and Log Analytics should block ingestion and querying from public networks (1bc02227-0cb6-4e11-8f53-eb0b22eab7e8, 6c53d030-cc64-46f0-9028-4953d0a75e15)',
    types: TELEMETRY,
    allows: all(is('publicNetworkAccessForIngestion', 'Disabled'), is('publicNetworkAccessForQuery', 'Disabled')),
    brokenBy: pageOnInternet,
  },
  {
    name: 'Storage accounts should prevent shared key access (8c6a50c6-9ffd-4ae7-986f-5fa6111f9a54)',
    types: STORAGE,
    allows: is('allowSharedKeyAccess', false),
  },
  {
    name: 'Storage accounts should have the specified minimum TLS version (fe83a0eb-a853-422d-aac2-1bffd182c5d0)',
    types: STORAGE,
    allows: is('minimumTlsVersion', 'TLS1_2'),
  },
  {
    name: 'Secure transfer to storage accounts should be enabled (404c3081-a854-4457-ae30-26a93ef643f9)',
    types: STORAGE,
    allows: is('supportsHttpsTrafficOnly', true),
  },
  {
    name: 'Storage accounts should prevent public blobs (4fa4b6c0-31ca-4c0d-b10d-24b96f62a751)',
    types: STORAGE,
    allows: is('allowBlobPublicAccess', false),
  },
  { name: 'Deny-Storage-NetworkAclsBypass', types: STORAGE, allows: is('networkAcls.bypass', 'None') },
  { name: 'Deny-Storage-CopyScope', types: STORAGE, allows: is('allowedCopyScope', 'AAD', 'PrivateLink') },
  { name: 'Deny-Storage-LocalUser', types: STORAGE, allows: is('isLocalUserEnabled', false) },
  { name: 'Deny-Storage-SFTP', types: STORAGE, allows: is('isSftpEnabled', false) },
  {
    name: 'Storage accounts should prevent cross tenant object replication (92a89a79-6c52-4a7e-a03f-61306fc49312)',
    types: STORAGE,
    allows: is('allowCrossTenantReplication', false),
  },
  {
    name: 'Deny-Storage-ContainerDeleteRetentionPolicy',
    types: ['Microsoft.Storage/storageAccounts/blobServices'],
    allows: (resource) => Number(at(resource, 'containerDeleteRetentionPolicy.days')) >= 7,
  },
  {
    name: 'Function apps should only be accessible over HTTPS (6d555dd1-86f2-4f1c-8ed7-5abae7c6cbab)',
    types: SITE,
    allows: is('httpsOnly', true),
  },
  {
    name: 'Function apps should use the latest TLS version (f9d614c5-c173-4d56-95a7-b4437057d193)',
    types: SITE,
    allows: all(is('siteConfig.minTlsVersion', '1.2', '1.3'), is('siteConfig.scmMinTlsVersion', '1.2', '1.3')),
  },
  {
    name: 'Function apps should require FTPS only (399b2637-a50f-4f95-96f8-3a145476eb15)',
    types: SITE,
    allows: is('siteConfig.ftpsState', 'Disabled', 'FtpsOnly'),
  },
  {
    name: 'Function apps should have remote debugging turned off (0e60b895-3786-45da-8377-9c6b4b6ac5f9)',
    types: SITE,
    allows: is('siteConfig.remoteDebuggingEnabled', false),
  },
  {
    name: 'App Service apps should have local authentication disabled for FTP and SCM (871b205b-57cf-4e1e-a234-492616998bf7, aede300b-d67f-480a-ae26-4b3dfb1a1fdc)',
    types: ['Microsoft.Web/sites/basicPublishingCredentialsPolicies'],
    allows: is('allow', false),
  },
  {
    name: 'Function apps should use managed identity (0da106f2-4ca3-48e8-bc85-c638fe6aea8f)',
    types: SITE,
    allows: (resource) => String((resource.identity as { type?: string } | undefined)?.type).includes('Assigned'),
  },
  {
    name: 'Application Insights components should block non-Entra ingestion (199d5677-e4d9-4264-9465-efe1839c06bd)',
    types: ['Microsoft.Insights/components'],
    allows: is('DisableLocalAuth', true),
  },
  {
    name: 'Log Analytics workspaces should block non-Entra ingestion (e15effd4-2278-4c65-a0da-4d6f6d1890e2)',
    types: ['Microsoft.OperationalInsights/workspaces'],
    allows: is('features.disableLocalAuth', true),
  },
  {
    name: 'Allowed locations (e56962a6-4747-49cd-b67b-bf8b01975c4c)',
    types: ['*'],
    // Azure runs a log search rule only in the region of its workspace, which is made in ours or is the company's own.
    allows: ({ location, type }) =>
      location === undefined ||
      location === REGION ||
      location === 'global' ||
      (type === 'Microsoft.Insights/scheduledQueryRules' &&
        /^\[reference\('[^']+\/workspaces\/[^']+', '[^']+', 'full'\)\.location\]$/.test(location)),
  },
  {
    name: 'Require a tag on resources (871b6d14-10aa-478d-b590-94f262ecfa99)',
    types: ['*'],
    allows: (resource) => !isTracked(resource) || resource.tags?.costCenter === 'platform',
  },
  {
    name: 'Require a tag on resource groups (96670d01-0a4d-4649-9c89-2d3abc0a5025)',
    types: ['Microsoft.Resources/resourceGroups'],
    allows: ({ tags }) => tags?.costCenter === 'platform',
  },
];

/** The policies that some resources break, each with the resources. Pure. */
export function brokenPolicies(resources: readonly Predicted[]): Map<Policy, string[]> {
  const found = policies.map((policy) => {
    const asked = resources.filter(({ type }) => policy.types.includes('*') || policy.types.includes(type));
    return [policy, asked.filter((resource) => !policy.allows(resource)).map(({ type, name }) => `${type} ${name}`)] as const;
  });
  return new Map(found.filter(([, broken]) => broken.length > 0));
}
