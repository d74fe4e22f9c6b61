import { app } from '@azure/functions';
import { services } from '../src/app-services.ts';
import { inInvocation } from '../src/log.ts';
import { timerSchedule } from '../src/settings.ts';
import { requestSweep } from '../src/sweep/plan/start-sweep.ts';

app.timer('start-sweep', {
  schedule: timerSchedule(),
  handler: (timer, context) => inInvocation(context, () => requestSweep(services(), timer.isPastDue)),
});
