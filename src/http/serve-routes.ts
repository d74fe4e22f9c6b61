import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type { Services } from '../services.ts';
import { answer } from './answer.ts';
import { keepAnswers } from './keep-answers.ts';
import { lookForSweeps } from './look-for-sweeps.ts';
import { routes } from './routes.ts';

/** Answers a request to the route of a name. */
export type Serve = (name: string, request: HttpRequest) => Promise<HttpResponseInit>;

/** Creates what answers all requests of a process: it keeps some answers for seconds, and looks for missing sweeps now and then. */
export function serveRoutes(services: Services): Serve {
  const kept = keepAnswers();
  const lookMeanwhile = lookForSweeps();
  const byName = new Map(routes.map((route) => [route.name, route]));
  return (name, request) => lookMeanwhile(services, () => answer(services, kept, byName.get(name)!, request));
}
