/**
 * The groups of operations of each SDK that the app uses. The build leaves the others out of the bundle, which they make several times as large;
 * `src/azure/arm.ts` offers no others, so that the compiler refuses what the bundle lacks.
 */
export const computeOperations = ['virtualMachines', 'virtualMachineScaleSets', 'virtualMachineScaleSetVMs'] as const;
export const clusterOperations = ['managedClusters', 'maintenanceConfigurations'] as const;
