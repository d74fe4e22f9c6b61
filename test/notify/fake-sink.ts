import type { Sink } from '../../src/notify/sink.ts';
import type { TelemetryEvent } from '../../src/notify/telemetry-event.ts';

/** A sink that accepts everything, until a test has it refuse or be out of reach. */
export class FakeSink implements Sink {
  readonly name: string;
  /** In the order in which they came; a repetition is there twice. */
  readonly accepted: TelemetryEvent[] = [];
  readonly refused: TelemetryEvent[] = [];
  accepts: (event: TelemetryEvent) => boolean = () => true;
  /** Not to be reached at all. */
  down = false;

  constructor(name: string) {
    this.name = name;
  }

  async deliver(events: readonly TelemetryEvent[]): Promise<Set<string>> {
    const taken = this.down ? [] : events.filter((event) => this.accepts(event));
    this.refused.push(...events.filter((event) => !taken.includes(event)));
    if (this.down) throw new Error(`expected ${this.name} to accept events, got 503`);
    this.accepted.push(...taken);
    return new Set(taken.map(({ properties }) => properties.eventId));
  }

  /** Each event as its name and subject, in the order in which they came. */
  get log(): string[] {
    return this.accepted.map(({ name, properties }) => `${name} ${properties.node ?? properties.cluster?.split('.')[2] ?? ''}`.trim());
  }
}
