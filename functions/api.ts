import { app } from '@azure/functions';
import { services } from '../src/app-services.ts';
import { answer } from '../src/http/answer.ts';
import { keepAnswers } from '../src/http/keep-answers.ts';
import { lookForSweeps } from '../src/http/look-for-sweeps.ts';
import { methodsOf } from '../src/http/route.ts';
import { routes } from '../src/http/routes.ts';
import { inInvocation } from '../src/log.ts';

const kept = keepAnswers();
const lookMeanwhile = lookForSweeps();

for (const route of routes)
  app.http(route.name, {
    route: route.path,
    methods: methodsOf(route),
    authLevel: route.anonymous ? 'anonymous' : 'function',
    handler: (request, context) => inInvocation(context, () => lookMeanwhile(services(), () => answer(services(), kept, route, request))),
  });

// Stops the app at its start if a setting is wrong. After the registrations, since the worker hides errors that are thrown before the first one.
services();
