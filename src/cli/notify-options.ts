/**
 * Reads the options of `notify`.
 *
 * @param mistakes - mistakes are added: without `--test` there is nothing to send, and every other option would be ignored.
 */
export function readNotifyOptions(
  { test, json, ...given }: { test: boolean; json: boolean } & Readonly<Record<string, string | boolean | undefined>>,
  mistakes: string[],
): { json: boolean } {
  if (!test) mistakes.push('expected notify with --test, since only tests are sent by hand, got none');
  const others = Object.keys(given).filter((name) => given[name] !== undefined && given[name] !== false);
  if (others.length > 0)
    mistakes.push(`expected notify with no option but --test and --json, got ${others.map((name) => `--${name}`).join(' and ')}`);
  return { json };
}
