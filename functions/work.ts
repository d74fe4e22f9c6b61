import { app } from '@azure/functions';
import { services } from '../src/app-services.ts';
import { inInvocation } from '../src/log.ts';
import { doWork } from '../src/sweep/work.ts';

app.storageQueue('work', {
  queueName: 'work',
  connection: 'AzureWebJobsStorage',
  handler: (message, context) => inInvocation(context, () => doWork(services(), message)),
});
