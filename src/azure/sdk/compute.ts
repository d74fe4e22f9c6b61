// Imported when it is first needed, and by its parts, so that the bundle holds no more of it.
export { ComputeManagementClient, restorePoller } from '@azure/arm-compute';
