import * as z from '../../../zod.ts';
import type { ClusterHealth, ServiceIssue } from '../../evaluate/configuration.ts';
import { kindOf } from './kind.ts';

const RESOURCE_HEALTH = '2025-05-01';

export const clusterHealthKind = kindOf(
  'Microsoft.ResourceHealth/AvailabilityStatuses/current/read',
  RESOURCE_HEALTH,
  z.pipe(
    z.object({
      properties: z.object({
        availabilityState: z.string(),
        reasonType: z.nullish(z.string()),
        title: z.nullish(z.string()),
        // Azure spells it so.
        occuredTime: z.nullish(z.string()),
      }),
    }),
    z.transform(({ properties: { availabilityState, reasonType, title, occuredTime } }): ClusterHealth => {
      return { state: availabilityState, reasonType: reasonType ?? undefined, title: title ?? undefined, since: occuredTime ?? undefined };
    }),
  ),
);

const regions = z.nullish(z.array(z.object({ impactedRegion: z.nullish(z.string()) })));

const event = z.object({
  id: z.string(),
  properties: z.object({
    eventType: z.nullish(z.string()),
    status: z.nullish(z.string()),
    title: z.nullish(z.string()),
    impactStartTime: z.nullish(z.string()),
    impact: z.nullish(z.array(z.object({ impactedService: z.nullish(z.string()), impactedRegions: regions }))),
  }),
});

/** Regions are written as people write them: `West Europe`. */
const regionOf = (name: string | null | undefined) => (name ?? '').toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** Active events of a subscription by the region that they name, for AKS. */
export const serviceIssuesKind = kindOf(
  'Microsoft.ResourceHealth/events/read',
  RESOURCE_HEALTH,
  z.pipe(
    z.object({ value: z.array(event) }),
    z.transform(({ value }) =>
      value
        .filter(({ properties: { eventType, status } }) => eventType === 'ServiceIssue' && status === 'Active')
        .flatMap(({ id, properties: { title, impactStartTime, impact } }): (ServiceIssue & { regions: string[] })[] => {
          // The exact name of the service is not documented.
          const ours = (impact ?? []).filter(({ impactedService }) => /kubernetes/i.test(impactedService ?? ''));
          const named = ours.flatMap(({ impactedRegions }) =>
            (impactedRegions ?? []).map(({ impactedRegion }) => regionOf(impactedRegion)),
          );
          return ours.length === 0 ? [] : [{ id, title: title ?? '', since: impactStartTime ?? '', regions: named }];
        }),
    ),
  ),
);
