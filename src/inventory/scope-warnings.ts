import { EVERYTHING, type Settings } from '../settings.ts';

/** The result of listing one subscription, as far as it concerns the settings. */
export interface ListedScope {
  subscription: string;
  matched: readonly string[];
  /** The reason why it could not be listed. */
  gap?: string;
  detail?: string;
}

/**
 * Finds what is wrong with the scope in the settings: subscriptions that cannot be read, and globs that match no cluster. Pure.
 *
 * @returns one sentence for each, with what to do about an unreadable subscription.
 */
export function scopeWarnings(
  { SUBSCRIPTIONS, INCLUDE_CLUSTERS, EXCLUDE_CLUSTERS }: Pick<Settings, 'SUBSCRIPTIONS' | 'INCLUDE_CLUSTERS' | 'EXCLUDE_CLUSTERS'>,
  listed: readonly ListedScope[],
): string[] {
  const gaps = listed.filter(({ gap }) => gap !== undefined);
  const unread = gaps.map(({ subscription, gap, detail }) => {
    const isNamed = SUBSCRIPTIONS.includes(subscription);
    // Only a refusal is a matter of rights: other causes are failures of the prober or of Azure.
    const advice =
      gap === 'SubscriptionGone'
        ? `Azure does not know it${isNamed ? '; SUBSCRIPTIONS names it: correct it there' : ''}`
        : gap === 'SubscriptionUnreadable'
          ? `${isNamed ? 'SUBSCRIPTIONS names it: correct it there, or give' : 'give'} the identity the right to read it`
          : 'the next sweep tries again; if it fails each time, see "Errors of the prober itself" in the workbook and the exceptions in Application Insights';
    return `the subscription ${subscription} could not be read (${gap}${detail ? `: ${detail}` : ''}); ${advice}`;
  });
  const matched = new Set(listed.flatMap((each) => each.matched));
  const among = gaps.length > 0 ? 'of the subscriptions that could be read' : 'in scope';
  // The default glob matches every cluster: that there is no cluster at all is reported elsewhere.
  const idle = (setting: string, globs: readonly string[]) =>
    globs
      .filter((glob) => glob !== EVERYTHING && !matched.has(glob))
      .map((glob) => `${setting}: "${glob}" matches the name of no cluster ${among}`);
  return [...unread, ...idle('INCLUDE_CLUSTERS', INCLUDE_CLUSTERS), ...idle('EXCLUDE_CLUSTERS', EXCLUDE_CLUSTERS)];
}
