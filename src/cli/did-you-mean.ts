/** How many letters may differ, be missing or be too many. */
const FAR = 2;

/** The number of letters to change, add or leave out to make one word of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

/** The end of a sentence about a word that is not known: the word that was meant, if one is near or begins alike; else nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = known.map((each) => ({ each, away: distance(word.toLowerCase(), each) })).sort((a, b) => a.away - b.away);
  const [best] = near;
  if (best !== undefined && best.away <= FAR && best.away < word.length) return `; did you mean ${best.each}?`;
  const [begun, ...more] = word.length > 1 ? known.filter((each) => each.startsWith(word.toLowerCase())) : [];
  return begun === undefined || more.length > 0 ? '' : `; did you mean ${begun}?`;
}
