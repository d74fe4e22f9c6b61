// Columns of a Log Analytics workspace that holds Application Insights, as Azure Monitor's reference of tables lists them.
const common =
  'TimeGenerated: datetime, OperationName: string, OperationId: string, ParentId: string, SyntheticSource: string, SessionId: string, UserId: string, ' +
  'UserAuthenticatedId: string, UserAccountId: string, AppVersion: string, AppRoleName: string, AppRoleInstance: string, ClientType: string, ' +
  'ClientModel: string, ClientOS: string, ClientIP: string, ClientCity: string, ClientStateOrProvince: string, ClientCountryOrRegion: string, ' +
  'ClientBrowser: string, ResourceGUID: string, IKey: string, SDKVersion: string, ItemCount: int, Properties: dynamic, Measurements: dynamic, ' +
  'TenantId: string, SourceSystem: string, Type: string, _ResourceId: string, _SubscriptionId: string, _BilledSize: real, _IsBillable: string';

/** Columns of each table that alerts and workbook may read, as KQL declares them. */
export const logTables: Readonly<Record<string, string>> = {
  AppEvents: `(${common}, Name: string)`,
  AppAvailabilityResults: `(${common}, Id: string, Name: string, Location: string, Success: bool, Message: string, Size: real, DurationMs: real, PerformanceBucket: string)`,
  AppExceptions: `(${common}, ProblemId: string, HandledAt: string, ExceptionType: string, Assembly: string, Method: string, OuterType: string, OuterMessage: string, OuterAssembly: string, OuterMethod: string, InnermostType: string, InnermostMessage: string, InnermostAssembly: string, InnermostMethod: string, SeverityLevel: int, Details: dynamic, Message: string)`,
  AppTraces: `(${common}, Message: string, SeverityLevel: int)`,
  // Only where writes to the storage are logged.
  StorageBlobLogs:
    '(TimeGenerated: datetime, AccountName: string, OperationName: string, AuthenticationType: string, StatusCode: string, StatusText: string, Uri: string, CallerIpAddress: string, ObjectKey: string, UserAgentHeader: string, RequesterObjectId: string, RequesterUpn: string, Category: string, TenantId: string, Type: string, _ResourceId: string)',
  // Only where the Activity Log of the monitored subscriptions is sent to the workspace.
  AzureActivity:
    '(TimeGenerated: datetime, OperationNameValue: string, ActivityStatusValue: string, Caller: string, CallerIpAddress: string, Claims: string, CorrelationId: string, HTTPRequest: string, CategoryValue: string, SubscriptionId: string, ResourceGroup: string, TenantId: string, Type: string, _ResourceId: string)',
  Usage:
    '(TimeGenerated: datetime, DataType: string, Quantity: real, QuantityUnit: string, IsBillable: bool, StartTime: datetime, EndTime: datetime, ResourceUri: string, Solution: string, Type: string, TenantId: string)',
};
