import { app } from '@azure/functions';
import { services } from '../src/app-services.ts';
import { prune } from '../src/sweep/prune.ts';

app.timer('prune', { schedule: '0 17 * * * *', handler: () => prune(services()) });
