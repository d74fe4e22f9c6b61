import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  decompressResponsePolicy,
  isRestError,
  type PipelineResponse,
  proxyPolicy,
} from '@azure/core-rest-pipeline';
import { DefaultAzureCredential, type TokenCredential } from '@azure/identity';
import { signInWith } from '../../azure/sign-in-error.ts';
import { redact } from '../../model/redact.ts';
import { version } from '../../version.ts';
import * as z from '../../zod.ts';
import { describeProxy } from '../attempts.ts';
import { NotFound } from '../not-found.ts';
import type { Server } from './server-options.ts';

const TIMEOUT_MS = 60_000;
const MOST_SHOWN = 300;

/** The service did not give what was asked for. */
export class ServerError extends Error {
  /** Whether the same request may succeed later. */
  readonly passes: boolean;
  /** How long the service asks callers to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { passes, retryAfterMs, cause }: { passes: boolean; retryAfterMs?: number; cause?: unknown }) {
    super(message, { cause });
    this.passes = passes;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Asks a service for JSON. */
export interface AskServer {
  /**
   * @param path - below `/api/`, percent-encoded.
   * @throws NotFound if the service says that there is no such thing, ServerError if it gives no such answer.
   */
  get<S extends z.ZodMiniType>(path: string, schema: S, query?: Readonly<Record<string, string | undefined>>): Promise<z.output<S>>;
}

const problem = z.looseObject({ type: z.string(), title: z.string(), detail: z.string() });

/** The seconds of Retry-After, which may also be a date. Pure. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a service that refuses says, and what to do. */
function toError(response: PipelineResponse, place: string, { signIn }: Server): Error {
  const { status, headers, bodyAsText } = response;
  const said = problem.safeParse(parse(bodyAsText ?? ''));
  const words = said.success ? `: ${redact(`${said.data.title}: ${said.data.detail}`, MOST_SHOWN)}` : '';
  if (said.success && status === 404) return new NotFound(redact(said.data.detail, MOST_SHOWN));
  const advice =
    status === 401 || status === 403
      ? signIn.by === 'nothing'
        ? '; give a key by --key-file or AKS_FLEET_PROBER_KEY, or sign in by --entra'
        : signIn.by === 'key'
          ? '; see whether the key is one of this app'
          : '; see whether you are assigned to the application of --entra'
      : status === 404
        ? '; see whether the address is that of an aks-fleet-prober, and the key one of it'
        : status >= 300 && status < 400
          ? `; it leads elsewhere, which is not followed: a key may not go to another host`
          : '';
  return new ServerError(`${place} was answered ${status}${words}${advice}`, {
    passes: status === 408 || status === 429 || status >= 500,
    retryAfterMs: retryAfterMs(headers.get('retry-after'), Date.now()),
  });
}

/**
 * Opens the way to a service: by the proxy of the environment, without following redirects, since a key must not leave for another host. An answer that
 * has not changed is not sent again.
 */
export function openServer(server: Server, signedIn: () => TokenCredential = () => new DefaultAzureCredential()): AskServer {
  const { url, signIn } = server;
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(proxyPolicy());
  pipeline.addPolicy(decompressResponsePolicy());
  const isInsecure = url.startsWith('http:');
  if (signIn.by === 'entra' && !isInsecure)
    pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential: signInWith(signedIn()), scopes: signIn.scope }));
  const client = createDefaultHttpClient();
  const known = new Map<string, { etag: string; text: string }>();

  async function send(address: URL, place: string): Promise<string> {
    const headers = createHttpHeaders({ accept: 'application/json', 'user-agent': `aks-fleet-prober-cli/${version}` });
    if (signIn.by === 'key') headers.set('x-functions-key', signIn.key);
    const before = known.get(address.href);
    if (before !== undefined) headers.set('if-none-match', before.etag);
    const request = createPipelineRequest({ url: address.href, headers, timeout: TIMEOUT_MS, allowInsecureConnection: isInsecure });
    const response = await pipeline.sendRequest(client, request).catch((error: unknown) => {
      const isUnreached = isRestError(error) || (error instanceof Error && error.name === 'AbortError');
      if (!isUnreached) throw error;
      const why = redact(error instanceof Error ? error.message : String(error), MOST_SHOWN);
      throw new ServerError(`${place} was not reached, ${describeProxy(process.env)}: ${why}`, { passes: true, cause: error });
    });
    if (response.status === 304 && before !== undefined) return before.text;
    if (response.status !== 200) throw toError(response, place, server);
    const [etag, text] = [response.headers.get('etag'), response.bodyAsText ?? ''];
    if (etag !== undefined) known.set(address.href, { etag, text });
    return text;
  }

  return {
    async get(path, schema, query = {}) {
      const address = new URL(path, url);
      for (const [name, value] of Object.entries(query)) if (value !== undefined) address.searchParams.set(name, value);
      const place = `GET ${address.origin}${address.pathname}`;
      const parsed = schema.safeParse(parse(await send(address, place)));
      if (parsed.success) return parsed.data;
      const [issue] = parsed.error.issues;
      throw new ServerError(
        `${place} was answered in a form that this program (${version}) does not know, at ${issue?.path.join('.') || 'its start'}: ${issue?.message}; take the command line of the version of the service`,
        { passes: false },
      );
    },
  };
}
