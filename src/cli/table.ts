/** A cell: a text, which begins at the left, or a number, which ends at the right. */
export type Cell = string | number;

const GAP = 2;
/** A column is not cut below this. */
const LEAST = 12;

/** Cuts a text in its middle: names of nodes and clusters differ at their ends. */
export function cutMiddle(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = Math.ceil((most - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (most - 1 - head))}`;
}

/** Narrows the widest columns until all fit. */
function narrow(widths: readonly number[], most: number): number[] {
  const fitted = [...widths];
  const total = () => fitted.reduce((sum, width) => sum + width, 0) + GAP * (fitted.length - 1);
  while (total() > most) {
    const widest = fitted.indexOf(Math.max(...fitted));
    if (fitted[widest]! <= LEAST) break;
    fitted[widest]! -= 1;
  }
  return fitted;
}

/**
 * Lays rows out in aligned columns. Pure.
 *
 * @param width - the most characters of a line; without it nothing is cut.
 */
export function layOutTable(head: readonly string[], rows: readonly (readonly Cell[])[], width = Number.POSITIVE_INFINITY): string[] {
  // What comes from a service or from Azure must not move the cursor.
  const clean = (cell: Cell) => (typeof cell === 'number' ? cell : cell.replace(/[\p{Cc}\u2028\u2029]+/gu, ' '));
  const all = [head, ...rows].map((row) => row.map(clean));
  const widths = head.map((_, column) => Math.max(...all.map((row) => String(row[column]).length)));
  const fitted = narrow(widths, width);
  const write = (cell: Cell, column: number) =>
    typeof cell === 'number' ? String(cell).padStart(fitted[column]!) : cutMiddle(cell, fitted[column]!).padEnd(fitted[column]!);
  return all.map((row) => row.map(write).join(' '.repeat(GAP)).trimEnd());
}

/** The width that a table must fit: that of the terminal. What goes to a file or another program is not cut, nor is `-o wide`. */
export function widthOf(format: string, stream: { isTTY?: boolean; columns?: number } = process.stdout): number | undefined {
  return format === 'wide' || !stream.isTTY ? undefined : (stream.columns ?? 100);
}
