import { app } from '@azure/functions';
import { services } from '../src/app-services.ts';
import { inInvocation } from '../src/log.ts';

app.storageQueue('work', {
  queueName: 'work',
  connection: 'AzureWebJobsStorage',
  handler: (message, context) =>
    inInvocation(context, async () => {
      const [{ doWork }, all] = await Promise.all([import('../src/sweep/work.ts'), services()]);
      await doWork(all, message);
    }),
});
