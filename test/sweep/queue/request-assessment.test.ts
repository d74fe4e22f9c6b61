import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/settings.ts';
import { requestAssessment } from '../../../src/sweep/queue/request-assessment.ts';
import { closeEverySeconds, nextCloseSeconds, requestClose } from '../../../src/sweep/queue/request-close.ts';
import type { Work, WorkQueue } from '../../../src/sweep/queue/work-queue.ts';

const sweep = '2026-11-21T09:35:00Z';
const now = new Date('2026-11-21T09:35:07.000Z');

/** A queue that keeps what is sent. */
function recordingQueue(): WorkQueue & { sent: { work: Work; delaySeconds?: number }[] } {
  const sent: { work: Work; delaySeconds?: number }[] = [];
  return { sent, send: async (work, options) => void sent.push({ work, delaySeconds: options?.delaySeconds }), requeue: async () => {} };
}

const settingsOf = (schedule: string) => readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true', SWEEP_SCHEDULE: schedule });

async function assessmentAt(schedule: string, at?: Date | 'now') {
  const queue = recordingQueue();
  await requestAssessment({ settings: settingsOf(schedule), queue, now: () => now }, sweep, 'c', at);
  const { work, delaySeconds } = queue.sent[0]!;
  return [work.kind === 'assess-cluster' && work.assessAt, delaySeconds];
}

describe('an assessment', () => {
  it('is requested for the next of the moments 30 s apart, so that many results are judged together', async () => {
    expect(await assessmentAt('0 */5 * * * *')).toEqual(['2026-11-21T09:35:30.000Z', 23]);
  });

  it('is requested for moments that lie closer where sweeps do', async () => {
    expect(await assessmentAt('*/20 * * * * *')).toEqual(['2026-11-21T09:35:10.000Z', 3]);
  });

  it('is requested for the moment that it waits for, not before it and at most two seconds after it', async () => {
    expect(await assessmentAt('0 */5 * * * *', new Date('2026-11-21T09:36:10.000Z'))).toEqual(['2026-11-21T09:36:10.000Z', 63]);
    expect(await assessmentAt('0 */5 * * * *', new Date('2026-11-21T09:36:10.001Z'))).toEqual(['2026-11-21T09:36:12.000Z', 65]);
  });

  it('is due at once where that is asked for', async () => {
    expect(await assessmentAt('0 */5 * * * *', 'now')).toEqual([now.toISOString(), undefined]);
  });
});

describe('the next close-sweep', () => {
  it.each([
    ['comes after 20 s', '0 */5 * * * *', false, 20],
    ['comes sooner where sweeps are short', '*/30 * * * * *', false, 5],
    ['comes soon where only assessments are missing', '0 */5 * * * *', true, 3],
  ])('%s', async (_, schedule, soon, expected) => {
    const queue = recordingQueue();
    await requestClose({ settings: settingsOf(schedule), queue, now: () => new Date(sweep) }, sweep, soon);
    expect(queue.sent).toEqual([{ work: { kind: 'close-sweep', sweep }, delaySeconds: expected }]);
  });

  it('comes less often the longer the sweep takes, every 45 s at the latest', () => {
    const every = (elapsedSeconds: number, schedule = '0 */5 * * * *') =>
      closeEverySeconds({ SWEEP_SCHEDULE: schedule }, sweep, new Date(Date.parse(sweep) + elapsedSeconds * 1000));
    expect([every(0), every(60), every(100), every(150), every(600)]).toEqual([20, 20, 30, 45, 45]);
    expect(every(600, '*/30 * * * * *')).toBe(5);
  });

  it('comes when the first cluster should have its results, if that is known, and at the end of the interval', () => {
    const every = (elapsedSeconds: number, firstEnd: number) => {
      const at = (seconds: number) => new Date(Date.parse(sweep) + seconds * 1000);
      return nextCloseSeconds({ SWEEP_SCHEDULE: '0 */5 * * * *' }, sweep, at(elapsedSeconds), at(firstEnd));
    };
    expect([every(0, 10), every(0, 30), every(0, 300), every(120, 100), every(280, 600)]).toEqual([20, 35, 45, 36, 20]);
  });
});
