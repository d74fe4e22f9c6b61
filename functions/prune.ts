import { app } from '@azure/functions';
import { services } from '../src/app-services.ts';
import { prune } from '../src/housekeeping/prune.ts';
import { inInvocation } from '../src/log.ts';

app.timer('prune', {
  schedule: '0 17 * * * *',
  handler: (_, context) => inInvocation(context, () => prune(services())),
});
