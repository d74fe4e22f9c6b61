// Imported when it is first needed, and by its part, so that the bundle holds no more of it.
export { AuthorizationManagementClient } from '@azure/arm-authorization';
