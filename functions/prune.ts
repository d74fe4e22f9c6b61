import { app } from '@azure/functions';
import { services } from '../src/app-services.ts';
import { inInvocation } from '../src/log.ts';

app.timer('prune', {
  schedule: '0 17 * * * *',
  handler: (_, context) =>
    inInvocation(context, async () => {
      const [{ prune }, all] = await Promise.all([import('../src/housekeeping/prune.ts'), services()]);
      await prune(all);
    }),
});
