import { startsBetween } from '../../model/pace.ts';
import { nextOccurrence } from '../../model/schedule.ts';
import { scriptHash } from '../../probe/script.ts';
import type { Services } from '../../services.ts';
import { readCauseCounts } from '../../tables/cause-counts.ts';
import { readPace } from '../../tables/pace-rows.ts';
import { errorKinds } from '../../tables/total-rows.ts';
import { version } from '../../version.ts';
import type { Figures } from './figures.ts';

/** What is left of the budget of starts in each subscription and region. */
export async function measurePace({ settings, tables, now }: Services, { add }: Figures): Promise<void> {
  const time = now().getTime();
  const next = nextOccurrence(settings.SWEEP_SCHEDULE, now());
  const secondsTo = (moment: number) => Math.max(0, moment - time) / 1000;
  for (const { subscriptionId: subscription_id, region, nextFree, nextExtra, pausedUntil } of await readPace(tables)) {
    const from = new Date(Math.max(time, nextFree, pausedUntil));
    add('arm_starts_left', { subscription_id, region }, from < next ? startsBetween(settings, from, next) : 0);
    add('arm_planned_seconds', { subscription_id, region, lane: 'sweep' }, secondsTo(nextFree));
    add('arm_planned_seconds', { subscription_id, region, lane: 'extra' }, secondsTo(nextExtra));
    add('arm_paused_seconds', { subscription_id, region }, secondsTo(pausedUntil));
  }
}

/** Which version answers, and what went wrong with the prober itself. Each count begins at 0, so that its first increase is seen. */
export function measureProber({ add }: Figures, errors: Partial<Record<string, number>>): void {
  add('build_info', { version, script: scriptHash }, 1);
  add('poison_messages_total', {}, errors.poison ?? 0);
  for (const kind of errorKinds) if (kind !== 'poison') add('prober_errors_total', { kind }, errors[kind] ?? 0);
}

/** How often what a search in Azure called a cause was right. */
export async function measureCauses({ tables }: Services, { add }: Figures): Promise<void> {
  for (const { code, confirmed, revoked } of await readCauseCounts(tables)) {
    add('causes_total', { code, outcome: 'confirmed' }, confirmed);
    add('causes_total', { code, outcome: 'revoked' }, revoked);
  }
}
