import { createDefaultHttpClient, createHttpHeaders, createPipelineFromOptions, createPipelineRequest } from '@azure/core-rest-pipeline';
import type { AccessToken, TokenCredential } from '@azure/identity';
import { z } from 'zod';

/** How long before its end a token is replaced. */
const RENEW_MS = 5 * 60_000;
const API_VERSION = '2019-08-01';

const answer = z.object({
  access_token: z.string().min(1),
  /** Seconds since 1970. */
  expires_on: z.coerce.number().positive(),
});

/** Where Azure Functions gives tokens to an app, and the secret that proves that it is the app. */
export interface IdentityEndpoint {
  endpoint: string;
  header: string;
  /** Of a user-assigned identity. */
  clientId: string | undefined;
}

/**
 * The managed identity of the app, by the protocol of App Service. The SDK for it would be a quarter of what an instance loads for its first message.
 *
 * @see https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
export function appIdentity({ endpoint, header, clientId }: IdentityEndpoint, now: () => number = Date.now): TokenCredential {
  const http = createDefaultHttpClient();
  const pipeline = createPipelineFromOptions({});
  const tokens = new Map<string, AccessToken>();
  const pending = new Map<string, Promise<AccessToken>>();

  const request = async (resource: string): Promise<AccessToken> => {
    const url = new URL(endpoint);
    url.searchParams.set('api-version', API_VERSION);
    url.searchParams.set('resource', resource);
    if (clientId !== undefined) url.searchParams.set('client_id', clientId);
    const headers = createHttpHeaders({ accept: 'application/json', 'x-identity-header': header });
    const { status, bodyAsText } = await pipeline.sendRequest(
      http,
      // The endpoint is in the machine itself, over plain HTTP.
      createPipelineRequest({ url: url.href, headers, allowInsecureConnection: true }),
    );
    if (status !== 200) throw new Error(`expected a token of the managed identity, got status ${status}`);
    const { access_token: token, expires_on } = answer.parse(JSON.parse(bodyAsText ?? ''));
    const made = { token, expiresOnTimestamp: expires_on * 1000 };
    tokens.set(resource, made);
    return made;
  };

  return {
    /** Requests for the same resource at the same time are one. */
    async getToken(scopes) {
      const resource = [scopes].flat()[0]!.replace(/\/\.default$/, '');
      const known = tokens.get(resource);
      if (known !== undefined && known.expiresOnTimestamp - now() > RENEW_MS) return known;
      const next = pending.get(resource) ?? request(resource).finally(() => pending.delete(resource));
      pending.set(resource, next);
      try {
        return await next;
      } catch (error) {
        // One that still holds is better than none.
        if (known !== undefined && known.expiresOnTimestamp > now()) return known;
        throw error;
      }
    },
  };
}
