import { app } from '@azure/functions';
import { services, startApp } from '../src/app-services.ts';
import { registrations } from '../src/http/registrations.ts';
import type { Serve } from '../src/http/serve-routes.ts';
import { inInvocation } from '../src/log.ts';

let opened: Promise<Serve> | undefined;
const open = () => Promise.all([import('../src/http/serve-routes.ts'), services()]).then(([{ serveRoutes }, all]) => serveRoutes(all));

for (const { name, path, methods, authLevel } of registrations)
  app.http(name, {
    route: path,
    methods,
    authLevel,
    handler: (request, context) =>
      inInvocation(context, async () => {
        opened ??= open();
        return (await opened)(name, request);
      }),
  });

// After the registrations, since the worker hides errors that are thrown before the first one.
startApp();
