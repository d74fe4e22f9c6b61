import { vi } from 'vitest';
import { handlePoison } from '../../src/housekeeping/handle-poison.ts';
import { nextOccurrence } from '../../src/model/schedule.ts';
import type { TelemetryEvent } from '../../src/notify/telemetry-event.ts';
import type { Services } from '../../src/services.ts';
import { requestSweep } from '../../src/sweep/plan/start-sweep.ts';
import { doWork } from '../../src/sweep/work.ts';
import { listSweeps, type SweepLine } from '../../src/tables/sweep-list.ts';
import { insertSubscription } from '../../src/tables/sweep-rows.ts';
import { FakeSink } from '../notify/fake-sink.ts';
import { openClockQueue, type Queued } from './clock-queue.ts';
import { type Clock, servicesAt } from './services-at.ts';

export const SUBSCRIPTION = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const MOST_DELIVERIES = 3;

/** What happens to a message when it is delivered. */
export type Fate = 'delivered' | 'twice' | 'lost';

/** An app that starts sweeps of an empty subscription, over real tables, by a clock that jumps from one event to the next. */
export interface StartersWorld {
  readonly services: Services;
  clock: Clock;
  messages: Queued[];
  events: TelemetryEvent[];
  /** Sweeps whose subscription was listed, each as often as it was. */
  listed: string[];
  poisoned: string[];
  /** Decides how many seconds late the timer fires for an occurrence; undefined: it does not. */
  timer: (occurrence: Date) => number | undefined;
  fate: (message: Queued['body']) => Fate;
  /** What a listing leaves; by default its row, after which the sweep can be completed. */
  list: (sweep: string) => Promise<void>;
  /** Goes on as the app after a deployment with another schedule. */
  changeSchedule(schedule: string): void;
  /** Lets time pass in which timers fire and messages are delivered. */
  runUntil(time: string): Promise<void>;
  /** Lets time pass in which nothing is delivered. */
  standStillUntil(time: string): void;
  /** Sweeps that have begun, oldest first. */
  sweeps(): Promise<SweepLine[]>;
}

/** Opens the world shortly before an occurrence of the schedule; each has a storage account of its own. */
export function openStartersWorld(connectionString: string, schedule: string, start: string): StartersWorld {
  const build = (from: string, every: string) => servicesAt(connectionString, from, { SWEEP_SCHEDULE: every, SUBSCRIPTIONS: SUBSCRIPTION });
  let every = schedule;
  const built = build(start, schedule);
  const { clock } = built;
  const now = built.services.now;
  const { queue, messages, takeUntil } = openClockQueue(now);
  const sink = new FakeSink('test');
  const on = (services: Services): Services => ({ ...services, now, queue, sinks: [sink] });
  let services = on(built.services);
  let fired = now();

  async function deliver({ body }: Queued): Promise<void> {
    const fate = world.fate(body);
    if (fate === 'lost') return;
    for (let time = 1; time <= (fate === 'twice' ? 2 : 1); time++)
      if (body.kind === 'list-clusters') {
        world.listed.push(body.sweep);
        await world.list(body.sweep);
      } else
        for (let nth = 1; ; nth++)
          try {
            await doWork(services, body);
            break;
          } catch {
            if (nth < MOST_DELIVERIES) continue;
            world.poisoned.push(body.kind);
            await handlePoison(services, body);
            break;
          }
  }

  const world: StartersWorld = {
    get services() {
      return services;
    },
    clock,
    messages,
    // Nothing is watched in this world, which is an incident of its own.
    get events() {
      return sink.accepted.filter(({ name }) => name !== 'IncidentStarted');
    },
    listed: [],
    poisoned: [],
    timer: () => 0,
    fate: () => 'delivered',
    async list(sweep) {
      await insertSubscription(services.tables, sweep, { subscription: SUBSCRIPTION, matched: [] }, []);
    },
    changeSchedule(next) {
      every = next;
      services = on({ ...build(start, next).services, tables: services.tables });
      fired = now();
    },
    async runUntil(end) {
      for (;;) {
        const occurrence = nextOccurrence(every, fired);
        const late = world.timer(occurrence);
        const firesAt = occurrence.getTime() + (late ?? 0) * 1000;
        const message = takeUntil(Math.min(firesAt, Date.parse(end)));
        if (message === undefined && firesAt > Date.parse(end)) break;
        clock.at(Math.max(now().getTime(), message?.visibleAt ?? firesAt));
        if (message !== undefined) {
          if (message.expiresAt > now().getTime()) await deliver(message);
        } else {
          fired = occurrence;
          if (late !== undefined) await requestSweep(services, late > 30);
        }
      }
      clock.at(end);
    },
    standStillUntil(time) {
      clock.at(time);
      fired = now();
    },
    async sweeps() {
      return (await listSweeps(services.tables, now(), 500)).reverse();
    },
  };
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
  return world;
}
