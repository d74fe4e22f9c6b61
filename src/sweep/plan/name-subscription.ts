import { askForSubscriptionName } from '../../inventory/scope.ts';
import { log } from '../../log.ts';
import type { Services } from '../../services.ts';
import { putSubscriptionName, readSubscriptionName } from '../../tables/subscription-rows.ts';

/** People seldom rename subscriptions. */
const READ_EVERY_MS = 24 * 3_600_000;

/** Asks Azure once a day what a subscription is called, so that people read its name beside its id. What fails is tried again by the next sweep. */
export async function nameSubscription({ tables, arm, now }: Services, subscription: string): Promise<void> {
  try {
    const known = await readSubscriptionName(tables, subscription);
    const age = now().getTime() - Date.parse(known?.readAt ?? '');
    // One from the future, which no instance with a right clock wrote, is read again.
    if (age >= 0 && age < READ_EVERY_MS) return;
    const name = await askForSubscriptionName(arm, subscription);
    if (name !== null) await putSubscriptionName(tables, subscription, { name, readAt: now().toISOString() });
  } catch (error) {
    log.warn(`the name of the subscription ${subscription} could not be read; its id is shown instead`, error);
  }
}
