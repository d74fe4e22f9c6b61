import type { z } from 'zod';
import type { Services } from '../services.ts';

/** What a route gets to see of a request; its schemas have read params, query and body before. */
export interface RouteRequest {
  params: Readonly<Record<string, string | undefined>>;
  query: { get(name: string): string | null };
  headers: { get(name: string): string | null };
  body: unknown;
  /** The function key, where it came as a parameter: a page passes it on in its links. */
  key?: string;
}

/** What a route answers with: JSON, a page or text of another type. */
export interface Reply {
  status?: number;
  json?: unknown;
  html?: string;
  text?: { type: string; body: string };
  headers?: Record<string, string>;
}

/** An answer as the OpenAPI document describes it. */
export interface ReplySpec {
  description: string;
  /** Of the body, where that is JSON. */
  schema?: z.ZodType;
  /** Content types of bodies that are not JSON. */
  types?: readonly string[];
  /** Sentences by header. */
  headers?: Readonly<Record<string, string>>;
}

export interface Route {
  /** Name of the function, unique in the app. */
  name: string;
  method: 'GET' | 'POST';
  /** Below `/api`, in the notation of Azure Functions. */
  path: string;
  summary: string;
  /** Open to callers without a function key. */
  anonymous?: true;
  /** Answers may be some seconds old, as `Age` says: they cost more to make than they change. */
  kept?: true;
  /** Read into text: what is parsed is what the handler gets. */
  params?: z.ZodObject;
  query?: z.ZodObject;
  /** Of a POST; JSON. */
  body?: z.ZodType;
  /** Sentences by request header that means something here. */
  headers?: Readonly<Record<string, string>>;
  /** By status; those that every route has (400 for bad input, 401, 500) are added where they are described. */
  replies: Readonly<Record<number, ReplySpec>>;
  handle(services: Services, request: RouteRequest): Promise<Reply>;
}

/** The methods under which a route is asked: `HEAD` wherever `GET` is (RFC 9110, 9.1), as monitors of uptime use it. */
export function methodsOf({ method }: Route): ('GET' | 'HEAD' | 'POST')[] {
  return method === 'GET' ? ['GET', 'HEAD'] : [method];
}

/** Whether a route answers with a page for people. */
export function isHtml({ replies }: Route): boolean {
  return replies[200]?.types?.[0] === 'text/html';
}
