import { guidOf } from '../guid-of.ts';
import type { ClusterPlace } from './place-cluster.ts';
import { type Resource, resource } from './resource.ts';

/** When everything had been well for long, as Azure tells it. */
const longAgo = '2025-01-01T00:00:00.000Z';
const regions: Readonly<Record<string, string>> = {
  westeurope: 'West Europe',
  northeurope: 'North Europe',
  eastus: 'East US',
  eastus2: 'East US 2',
  westus: 'West US',
  westus2: 'West US 2',
  westus3: 'West US 3',
  centralus: 'Central US',
  swedencentral: 'Sweden Central',
  uksouth: 'UK South',
  francecentral: 'France Central',
  germanywestcentral: 'Germany West Central',
};

/** A region as Service Health calls it. */
export function regionName(location: string): string {
  return regions[location] ?? location;
}

/** What Resource Health says of a cluster in good health. */
export function describeHealth({ health, location }: ClusterPlace): Resource {
  return healthOf(health, location, {
    availabilityState: 'Available',
    title: 'Available',
    summary: "There aren't any known Azure platform problems affecting this Azure Kubernetes Service (AKS) cluster.",
    reasonType: '',
  });
}

/** A state of health; Azure spells `occuredTime` like this. */
export function healthOf(id: string, location: string, state: Record<string, string>, since: string = longAgo): Resource {
  const { provisioningState: _, ...properties } = resource(id, { ...state, occuredTime: since, reasonChronicity: 'Persistent' }).properties;
  return { ...resource(id, {}, { location }), properties };
}

/** An event of Service Health that is active. */
export function serviceEvent(
  subscriptionId: string,
  trackingId: string,
  title: string,
  impact: { service: string; region: string },
  since: string = longAgo,
): Resource {
  const id = `/subscriptions/${subscriptionId}/providers/Microsoft.ResourceHealth/events/${trackingId}`;
  const regionsHit = [{ impactedRegion: impact.region, status: 'Active', impactedSubscriptions: [subscriptionId] }];
  return {
    ...resource(id, {}),
    properties: {
      eventType: 'ServiceIssue',
      eventSource: 'ServiceHealth',
      status: 'Active',
      title,
      summary: title,
      level: 'Critical',
      eventLevel: 'Error',
      isHIR: false,
      impactStartTime: since,
      lastUpdateTime: since,
      impact: [{ impactedService: impact.service, impactedServiceGuid: guidOf(impact.service), impactedRegions: regionsHit }],
    },
  };
}
