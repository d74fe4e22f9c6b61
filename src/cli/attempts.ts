import { isRestError, type PipelinePolicy } from '@azure/core-rest-pipeline';
import { failureOf } from '../azure/failure.ts';
import { redact } from '../model/redact.ts';

/** Requests that got no answer, since the last that did. */
interface Tried {
  host: string;
  times: number;
  since: number;
}

/** What was tried to reach Azure Resource Manager. */
export interface Attempts {
  policy: PipelinePolicy;
  /** What an error means and what was tried, if Azure was not reached; undefined for every other error. */
  explain(error: unknown): string | undefined;
}

const PROXY_NAMES = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy', 'HTTP_PROXY', 'http_proxy'] as const;
const NO_PROXY_NAMES = ['NO_PROXY', 'no_proxy'] as const;

/** What the codes of sockets and of names mean. */
const MEANINGS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'DNS does not know the name',
  EAI_AGAIN: 'DNS gave no answer',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is of an unknown authority; name that in NODE_EXTRA_CA_CERTS',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is of an unknown authority; name that in NODE_EXTRA_CA_CERTS',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is of an unknown authority; name that in NODE_EXTRA_CA_CERTS',
  CERT_HAS_EXPIRED: 'its certificate has expired',
};

/** The proxy that the SDK takes, without its password, and what is exempt from it. */
export function describeProxy(environment: Readonly<Record<string, string | undefined>>): string {
  const name = PROXY_NAMES.find((each) => environment[each]);
  if (name === undefined) return 'without a proxy (HTTPS_PROXY is not set)';
  const exempt = NO_PROXY_NAMES.find((each) => environment[each]);
  const except = exempt === undefined ? '' : `, except for ${exempt} ${redact(environment[exempt]!, 200)}`;
  return `by the proxy ${redact(environment[name]!, 200)} of ${name}${except}`;
}

function meaningOf(error: unknown): string {
  const code = isRestError(error) ? error.code : undefined;
  const message = redact(error instanceof Error ? error.message : String(error), 200).trim();
  const meaning = error instanceof Error && error.name === 'AbortError' ? 'there was no answer in time' : MEANINGS[code ?? ''];
  return meaning === undefined ? message : `${meaning} (${message})`;
}

/** Counts attempts to reach Azure Resource Manager, so that where it is not reached a message can say what was tried. */
export function countAttempts(environment: Readonly<Record<string, string | undefined>> = process.env, now = Date.now): Attempts {
  let tried: Tried | undefined;
  return {
    policy: {
      name: 'countAttempts',
      async sendRequest(request, next) {
        const { host } = new URL(request.url);
        tried = { host, times: (tried?.times ?? 0) + 1, since: tried?.since ?? now() };
        const response = await next(request);
        tried = undefined;
        return response;
      },
    },
    explain(error) {
      const failure = failureOf(error);
      if (failure.kind !== 'unavailable' || (isRestError(error) && error.statusCode !== undefined) || tried === undefined) return undefined;
      const { host, times, since } = tried;
      const seconds = ((now() - since) / 1000).toFixed(1);
      return `Azure Resource Manager was not reached: tried ${host} ${times === 1 ? 'once' : `${times} times`} in ${seconds} s, ${describeProxy(environment)}: ${meaningOf(error)}`;
    },
  };
}
