import { app } from '@azure/functions';
import { services } from '../src/app-services.ts';
import { inInvocation } from '../src/log.ts';
import { settlePoison } from '../src/sweep/settle-poison.ts';

app.storageQueue('poison', {
  queueName: 'work-poison',
  connection: 'AzureWebJobsStorage',
  handler: (message, context) => inInvocation(context, () => settlePoison(services(), message)),
});
