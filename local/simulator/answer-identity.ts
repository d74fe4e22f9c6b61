import { type ArmReply, ok } from './arm-reply.ts';
import { guidOf } from './guid-of.ts';
import type { TokenDesk } from './issue-tokens.ts';

/**
 * Answers a token request in App Service's managed identity protocol, version 2019-08-01.
 *
 * @param url - with `resource`, `api-version` and perhaps `client_id`.
 * @param header - what came as `X-IDENTITY-HEADER`.
 * @param expectedHeader - the secret that proves the caller runs inside the app.
 */
export function answerIdentity(url: URL, header: string | undefined, expectedHeader: string, desk: TokenDesk): ArmReply {
  const refuse = (status: number, message: string): ArmReply => ({
    status,
    body: { statusCode: status, message, correlationId: crypto.randomUUID() },
  });
  if (header !== expectedHeader) return refuse(401, 'Expected the X-IDENTITY-HEADER of this app.');
  if (url.searchParams.get('api-version') !== '2019-08-01') return refuse(400, 'Expected api-version=2019-08-01.');
  const resource = url.searchParams.get('resource');
  if (resource === null || resource === '') return refuse(400, 'Expected a resource.');
  const { token, expiresOn } = desk.issue(resource);
  return ok({
    access_token: token,
    expires_on: String(expiresOn),
    resource,
    token_type: 'Bearer',
    client_id: url.searchParams.get('client_id') ?? guidOf('identity client'),
  });
}
