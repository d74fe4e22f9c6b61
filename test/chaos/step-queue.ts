import type { QueueClient } from '@azure/storage-queue';
import type { StepClock } from './step-clock.ts';

const LONGEST_DELAY_SECONDS = 7 * 86_400;

/** A message in the queue; times are milliseconds since 1970. */
export interface Queued {
  text: string;
  visibleAt: number;
  expiresAt: number;
  deliveries: number;
}

/** The storage of a queue, whose delays go by a clock that is stepped. */
export interface StepQueue {
  /** What an instance sends with. `mayGo` throws where its request does not reach the storage. */
  clientFor(mayGo: () => void): QueueClient;
  /** When the next message is visible; infinity if none will be. */
  nextVisible(): number;
  /** Takes out those that are visible by now. */
  take(): Queued[];
  /** The text of every message that was sent. */
  sent: readonly string[];
  /** Puts back what was taken out. */
  put(message: Queued): void;
}

/** Opens an empty queue that refuses what Azure's would refuse. */
export function openStepQueue(clock: StepClock, late: (text: string) => number): StepQueue {
  let messages: Queued[] = [];
  const sent: string[] = [];
  return {
    sent,
    clientFor(mayGo) {
      const client: Pick<QueueClient, 'name' | 'sendMessage'> = {
        name: 'work',
        async sendMessage(text, { visibilityTimeout = 0, messageTimeToLive = 0 } = {}) {
          mayGo();
          if (visibilityTimeout > LONGEST_DELAY_SECONDS || messageTimeToLive <= visibilityTimeout)
            throw new Error(`expected a delay of 7 days at most and a longer life, got ${visibilityTimeout} s and ${messageTimeToLive} s`);
          sent.push(Buffer.from(text, 'base64').toString());
          const at = clock.time();
          const visibleAt = at + visibilityTimeout * 1000 + late(text);
          messages.push({ text, visibleAt, expiresAt: at + messageTimeToLive * 1000, deliveries: 0 });
          return {} as Awaited<ReturnType<QueueClient['sendMessage']>>;
        },
      };
      return client as QueueClient;
    },
    nextVisible: () => Math.min(...messages.map(({ visibleAt }) => visibleAt)),
    take() {
      const now = clock.time();
      messages = messages.filter(({ expiresAt }) => expiresAt > now);
      const [due, later] = [messages.filter(({ visibleAt }) => visibleAt <= now), messages.filter(({ visibleAt }) => visibleAt > now)];
      messages = later;
      return due;
    },
    put(message) {
      messages.push(message);
    },
  };
}
