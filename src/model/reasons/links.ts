const LEARN = 'https://learn.microsoft.com';

// Pages of the vendor that several reasons link to.
export const CONNECTION = `${LEARN}/troubleshoot/azure/azure-kubernetes/error-codes/vmextensionerror-k8sapiserverconnfail`;
export const NAME_LOOKUP = `${LEARN}/troubleshoot/azure/azure-kubernetes/error-codes/vmextensionerror-k8sapiserverdnslookupfail`;
export const EGRESS = `${LEARN}/azure/aks/outbound-rules-control-egress`;
export const CERTIFICATES = `${LEARN}/azure/aks/certificate-rotation`;
export const RUN_COMMAND = `${LEARN}/azure/virtual-machines/linux/run-command`;
export const LOCKDOWN = `${LEARN}/azure/aks/node-resource-group-lockdown`;
export const SUPPORT = `${LEARN}/azure/aks/support-policies`;
export const THROTTLING = `${LEARN}/azure/virtual-machines/compute-throttling-limits`;
export const LOCKS = `${LEARN}/azure/azure-resource-manager/management/lock-resources`;
export const DISABLED = `${LEARN}/azure/cost-management-billing/manage/subscription-disabled`;
export const POLICY = `${LEARN}/azure/governance/policy/troubleshoot/general`;
export const EXTENSIONS = `${LEARN}/azure/virtual-machines/extensions/features-linux`;
