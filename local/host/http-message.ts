import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpCookie, HttpData, TypedData } from './core-api.ts';

/** The request as the host passes it to the worker; a body without Content-Length is dropped, as in Azure. */
export async function toRpcRequest(request: IncomingMessage, url: URL, params: Record<string, string>): Promise<TypedData> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const hasBody = Number(request.headers['content-length']) > 0;
  const query: Record<string, string> = {};
  for (const name of new Set(url.searchParams.keys())) query[name] = url.searchParams.getAll(name).join(',');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headersDistinct)) if (value?.[0]) headers[name] = value.join(',');
  const http: HttpData = {
    method: request.method,
    url: url.href,
    nullableHeaders: toNullable(headers),
    nullableQuery: toNullable(query),
    nullableParams: toNullable(params),
    body: hasBody ? { bytes: Buffer.concat(chunks) } : undefined,
  };
  return { http };
}

/** Writes the function's response: 204 when it returned nothing. */
export function writeRpcResponse(response: ServerResponse, value: TypedData | null | undefined): void {
  const http = value?.http;
  if (!http) {
    response.writeHead(204).end();
    return;
  }
  for (const [name, header] of Object.entries(http.headers ?? {})) response.setHeader(name, header);
  for (const cookie of http.cookies ?? []) response.appendHeader('set-cookie', formatCookie(cookie));
  response.statusCode = Number(http.statusCode ?? 200);
  const { bytes, string, json } = http.body ?? {};
  response.end(bytes ? Buffer.from(bytes) : (string ?? json ?? undefined));
}

function toNullable(values: Record<string, string>): Record<string, { value: string }> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }]));
}

function formatCookie(cookie: HttpCookie): string {
  const expires = cookie.expires?.value;
  const sameSite = { none: undefined, lax: 'Lax', strict: 'Strict', explicitNone: 'None' }[cookie.sameSite ?? 'none'];
  const attributes = [
    `${cookie.name}=${encodeURIComponent(cookie.value ?? '')}`,
    expires?.seconds && `Expires=${new Date(expires.seconds * 1000).toUTCString()}`,
    cookie.maxAge?.value != null && `Max-Age=${cookie.maxAge.value}`,
    cookie.domain?.value && `Domain=${cookie.domain.value}`,
    `Path=${cookie.path?.value ?? '/'}`,
    cookie.secure?.value && 'Secure',
    cookie.httpOnly?.value && 'HttpOnly',
    sameSite && `SameSite=${sameSite}`,
  ];
  return attributes.filter(Boolean).join('; ');
}
