import { app } from '@azure/functions';
import { services } from '../src/app-services.ts';
import { inInvocation } from '../src/log.ts';
import { timerSchedule } from '../src/settings.ts';

app.timer('start-sweep', {
  schedule: timerSchedule(),
  handler: (timer, context) =>
    inInvocation(context, async () => {
      const [{ requestSweep }, all] = await Promise.all([import('../src/sweep/plan/start-sweep.ts'), services()]);
      await requestSweep(all, timer.isPastDue);
    }),
});
