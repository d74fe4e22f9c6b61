import type { Services } from '../services.ts';
import type * as z from '../zod.ts';

/** A request as a route gets it: its schemas have already validated params, query and body. A guard gets it before its body is read. */
export interface RouteRequest {
  params: Readonly<Record<string, string | undefined>>;
  query: { get(name: string): string | null };
  headers: { get(name: string): string | null };
  body: unknown;
  /** The function key, if it was given as a parameter. */
  key?: string;
  /** The account of a caller who has signed in to the pages. */
  account?: string;
  /** The host that was asked, with its port, and the path with its parameters, without the key. */
  host: string;
  path: string;
  /** The scheme and host under which it was asked for, such as `https://prober.example`. */
  origin: string;
}

/** The answer of a route: JSON, a page, text of another type, or nothing where its status is 204. */
export interface Reply {
  status?: number;
  json?: unknown;
  html?: string;
  /** What of a page differs each time although the page is the same, such as the token of a form: its ETag leaves it out. */
  varying?: string;
  text?: { type: string; body: string };
  headers?: Record<string, string>;
}

/** An answer as the OpenAPI document describes it. */
export interface ReplySpec {
  description: string;
  /** The schema of the body, if that is JSON. */
  schema?: z.ZodMiniType;
  /** Content types of bodies that are not JSON. */
  types?: readonly string[];
  /** Descriptions by header. */
  headers?: Readonly<Record<string, string>>;
}

export interface Route {
  /** Name of the function, unique in the app. */
  name: string;
  method: 'GET' | 'POST' | 'DELETE';
  /** Below `/api`, in the notation of Azure Functions. */
  path: string;
  summary: string;
  /** Open to callers without a function key. */
  anonymous?: true;
  /** Answers may be kept for some seconds, as `Age` says, because they are expensive to make and rarely change. */
  kept?: true;
  /** Large answers are compressed: they hold no secret, whose length that would reveal. */
  compressed?: true;
  /** Schemas of the path and query parameters; the handler gets the parsed texts. */
  params?: z.ZodMiniObject;
  query?: z.ZodMiniObject;
  /** Schema of the JSON body of a POST. */
  body?: z.ZodMiniType;
  /** Schema of the fields of a form, instead of a JSON body. */
  form?: z.ZodMiniObject;
  /** Whether it is a page for people, so that its errors are pages too. */
  page?: true;
  /** Answers instead of the route where the caller may not see it; asked each time, also where answers are kept. */
  guard?(services: Services, request: RouteRequest): Promise<Reply | undefined>;
  /** Descriptions by request header that the route reads. */
  headers?: Readonly<Record<string, string>>;
  /** Answers by status. Those that every route has (400 for bad input, 401, 500) are added to the OpenAPI document. */
  replies: Readonly<Record<number, ReplySpec>>;
  handle(services: Services, request: RouteRequest): Promise<Reply>;
}

/** The methods of a route: `GET` includes `HEAD` (RFC 9110, 9.1), which uptime monitors use. */
export function methodsOf({ method }: Route): ('GET' | 'HEAD' | 'POST' | 'DELETE')[] {
  return method === 'GET' ? ['GET', 'HEAD'] : [method];
}
