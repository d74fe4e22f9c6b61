import { app } from '@azure/functions';
import { services } from '../src/app-services.ts';
import { inInvocation } from '../src/log.ts';
import { prune } from '../src/sweep/prune.ts';

app.timer('prune', {
  schedule: '0 17 * * * *',
  handler: (_, context) => inInvocation(context, () => prune(services())),
});
