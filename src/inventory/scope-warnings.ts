import { EVERYTHING, type Settings } from '../settings.ts';

/** What came of listing one subscription, as far as the settings go. */
export interface ListedScope {
  subscription: string;
  matched: readonly string[];
  /** Why it could not be listed. */
  gap?: string;
  detail?: string;
}

/**
 * Tells what of the settings' scope leads nowhere: subscriptions that cannot be read, and globs that match no cluster. Pure.
 *
 * @returns one sentence for each, with what to do.
 */
export function scopeWarnings(
  { SUBSCRIPTIONS, INCLUDE_CLUSTERS, EXCLUDE_CLUSTERS }: Pick<Settings, 'SUBSCRIPTIONS' | 'INCLUDE_CLUSTERS' | 'EXCLUDE_CLUSTERS'>,
  listed: readonly ListedScope[],
): string[] {
  const gaps = listed.filter(({ gap }) => gap !== undefined);
  const unread = gaps.map(({ subscription, gap, detail }) => {
    const named = SUBSCRIPTIONS.includes(subscription) ? 'SUBSCRIPTIONS names it: correct it there, or give' : 'give';
    // Only a refusal is a matter of rights: the rest is ours, or Azure's.
    const advice =
      gap === 'SubscriptionUnreadable'
        ? `${named} the identity the right to read it`
        : 'the next sweep tries again; where it stays so, see "Errors of the prober itself" in the workbook and the exceptions in Application Insights';
    return `the subscription ${subscription} could not be read (${gap}${detail ? `: ${detail}` : ''}); ${advice}`;
  });
  const matched = new Set(listed.flatMap((each) => each.matched));
  const among = gaps.length > 0 ? 'of the subscriptions that could be read' : 'in scope';
  // What takes in every cluster is what stands where nobody has set anything: that there is no cluster is told elsewhere.
  const idle = (setting: string, globs: readonly string[]) =>
    globs
      .filter((glob) => glob !== EVERYTHING && !matched.has(glob))
      .map((glob) => `${setting}: "${glob}" matches the name of no cluster ${among}`);
  return [...unread, ...idle('INCLUDE_CLUSTERS', INCLUDE_CLUSTERS), ...idle('EXCLUDE_CLUSTERS', EXCLUDE_CLUSTERS)];
}
