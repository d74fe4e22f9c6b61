import { app } from '@azure/functions';
import { services } from '../src/app-services.ts';
import { handlePoison } from '../src/housekeeping/handle-poison.ts';
import { inInvocation } from '../src/log.ts';

app.storageQueue('poison', {
  queueName: 'work-poison',
  connection: 'AzureWebJobsStorage',
  handler: (message, context) => inInvocation(context, () => handlePoison(services(), message)),
});
