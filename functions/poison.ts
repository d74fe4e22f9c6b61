import { app } from '@azure/functions';
import { services } from '../src/app-services.ts';
import { settlePoison } from '../src/sweep/settle-poison.ts';

app.storageQueue('poison', {
  queueName: 'work-poison',
  connection: 'AzureWebJobsStorage',
  handler: (message) => settlePoison(services(), message),
});
