const NAMES_LIMIT = 8000;

/** As many names as fit into a property, cut between two of them, and how many did not. */
export function fitNames(all: readonly string[]): { names: string; omitted: string } {
  let length = -1;
  const over = all.findIndex((name) => {
    length += name.length + 1;
    return length > NAMES_LIMIT;
  });
  const kept = over < 0 ? all : all.slice(0, over);
  return { names: kept.join(','), omitted: String(all.length - kept.length) };
}
