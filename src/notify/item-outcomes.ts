import * as z from '../zod.ts';

/** What became of an item: refused ones are never accepted as they are, others may be later. */
export type Outcome = 'accepted' | 'later' | 'refused';

/** Statuses of what is not accepted however often it is sent: it cannot be read, or is too large. All others may be accepted later. */
const LASTING = [400, 413];

/** Whether a status of the endpoint, or of one item, is a redirect to a stamp; other redirects are not among its answers. */
export const isRedirect = (status: number) => status === 307 || status === 308;

const answer = z.object({
  itemsReceived: z.number(),
  itemsAccepted: z.number(),
  errors: z._default(z.array(z.object({ index: z.number(), statusCode: z.number() })), []),
});

/** The errors of a request that was refused as a whole, whose body need not be an answer of the endpoint: a proxy may have refused it. */
function readRefusal(body: string): z.output<typeof answer> {
  try {
    return answer.parse(JSON.parse(body));
  } catch {
    return { itemsReceived: 0, itemsAccepted: 0, errors: [] };
  }
}

/**
 * Reads from an answer what became of each item. An answer that contradicts itself accepts nothing: its items are sent again. Pure.
 *
 * @param status - of the answer: 200, 206, 400 or 413.
 * @param count - how many items were sent.
 * @returns the outcomes in the order of the items, and the positions of those that are redirected.
 * @throws if the answer of a 200 or 206 cannot be read.
 */
export function outcomesOf(status: number, body: string, count: number): { outcomes: Outcome[]; moved: number[] } {
  const refusal = LASTING.includes(status);
  const { itemsAccepted, errors } = refusal ? readRefusal(body) : answer.parse(JSON.parse(body));
  const codes = new Map(errors.map(({ index, statusCode }) => [index, statusCode]));
  const isConsistent = itemsAccepted === count - codes.size && [...codes.keys()].every((index) => index >= 0 && index < count);
  const outcome = (index: number): Outcome => {
    const code = codes.get(index);
    if (refusal && codes.size === 0) return 'refused';
    if (code !== undefined) return LASTING.includes(code) ? 'refused' : 'later';
    return isConsistent && !refusal ? 'accepted' : 'later';
  };
  const outcomes = Array.from({ length: count }, (_, index) => outcome(index));
  const moved = outcomes.flatMap((_, index) => (isRedirect(codes.get(index) ?? 0) ? [index] : []));
  return { outcomes, moved };
}
