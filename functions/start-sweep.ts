import { app } from '@azure/functions';
import { services } from '../src/app-services.ts';
import { inInvocation } from '../src/log.ts';
import { requestSweep } from '../src/sweep/start-sweep.ts';

app.timer('start-sweep', {
  schedule: '%SWEEP_SCHEDULE%',
  handler: (timer, context) => inInvocation(context, () => requestSweep(services(), timer.isPastDue)),
});
