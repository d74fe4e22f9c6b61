import { app } from '@azure/functions';
import { services } from '../src/app-services.ts';
import { inInvocation } from '../src/log.ts';

app.storageQueue('poison', {
  queueName: 'work-poison',
  connection: 'AzureWebJobsStorage',
  handler: (message, context) =>
    inInvocation(context, async () => {
      const [{ handlePoison }, all] = await Promise.all([import('../src/housekeeping/handle-poison.ts'), services()]);
      await handlePoison(all, message);
    }),
});
