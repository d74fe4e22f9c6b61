import { z } from 'zod';
import { type ArmReply, ok } from './arm-reply.ts';
import { isSameAudience, type TokenDesk } from './issue-tokens.ts';
import type { FaultBoard } from './switch-faults.ts';

/** The envelopes that were sent to Application Insights. */
export type TelemetryStore = {
  /** Answers a POST to `path`, `/v2.1/track` or that of a stamp; `text` is its body, unzipped. */
  track(path: string, text: string, authorization: string | undefined): ArmReply;
  read(): object[];
  clear(): void;
};

const envelopeSchema = z.looseObject({
  name: z.string(),
  time: z.string(),
  iKey: z.string(),
  data: z.looseObject({ baseType: z.string() }),
});
const audience = 'https://monitor.azure.com';
const mostKept = 50_000;
/** Where the stamp is: below the same host, as the simulator has one. */
const stampPath = '/stamp/v2.1/track';

/** Whether telemetry is taken in at a path. */
export const isIngestion = (path: string) => path === stampPath || /^\/v2(\.1)?\/track$/.test(path);

type ItemError = { index: number; statusCode: number; message: string };

/**
 * Keeps what is sent to Application Insights, the newest 50,000 envelopes.
 *
 * @param instrumentationKey - the only one that is accepted.
 */
export function keepTelemetry(instrumentationKey: string, desk: TokenDesk, board: FaultBoard): TelemetryStore {
  const kept: object[] = [];
  return {
    track(path, text, authorization) {
      const fault = board.ofIngestion();
      if (fault === 'ingestion-redirect' && path !== stampPath) return { status: 308, headers: { location: stampPath } };
      if (fault === 'ingestion-down') return rejected(503, 'Service unavailable');
      const token = desk.read(authorization);
      if (typeof token === 'string') return rejected(401, `Expected a bearer token for ${audience}, got ${token}.`);
      if (!isSameAudience(token.audience, audience))
        return rejected(403, `Expected a token for ${audience}, got one for ${token.audience}.`);

      const items = readItems(text);
      if (items === undefined) return rejected(400, 'Expected a JSON array, or a JSON object a line.');
      const accepted: object[] = [];
      const errors: ItemError[] = [];
      for (const [index, item] of items.entries()) {
        const parsed = envelopeSchema.safeParse(item);
        if (!parsed.success) errors.push({ index, statusCode: 400, message: z.prettifyError(parsed.error) });
        else if (parsed.data.iKey !== instrumentationKey) errors.push({ index, statusCode: 400, message: 'Invalid instrumentation key' });
        else if (fault === 'ingestion-partial' && index % 2 === 1) errors.push({ index, statusCode: 429, message: 'Too many requests' });
        else accepted.push(item as object);
      }
      kept.push(...accepted);
      kept.splice(0, Math.max(0, kept.length - mostKept));
      const body = { itemsReceived: items.length, itemsAccepted: accepted.length, errors };
      if (errors.length === 0) return ok(body);
      return { status: accepted.length === 0 ? 400 : 206, body };
    },
    read: () => kept,
    clear() {
      kept.length = 0;
    },
  };
}

function readItems(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [value];
  } catch {
    // Not one JSON value: a stream of them, one a line.
  }
  try {
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line): unknown => JSON.parse(line));
  } catch {
    return undefined;
  }
}

function rejected(status: number, message: string): ArmReply {
  return { status, body: { itemsReceived: 0, itemsAccepted: 0, errors: [{ index: 0, statusCode: status, message }] } };
}
