import { faults } from '../../local/simulator/faults.ts';
import type { Chronicle, SeenOutage } from './chronicle.ts';
import { overlaps, type Stretch, type Truth } from './truth.ts';

const nameOf = ({ cluster, node }: SeenOutage['subject']) => (node === undefined ? cluster : `${cluster}/${node}`);

/** When the subject of an outage was cut off. */
export const cutOff = (truth: Truth, { cluster, node }: SeenOutage['subject']): Stretch[] =>
  node === undefined ? truth.down(cluster) : truth.sick(`${cluster}/${node}`);

const around = ({ from, until }: Stretch, slackMs: number): Stretch => ({ from: from - slackMs, until: until + slackMs });
const holds = ({ from, until }: Stretch, time: number) => from <= time && time <= until;

/** No outage is false, ends while its subject is cut off, or stands when that is over; and what is called a cause is one. */
export function judgeOutages({ outages, plan, start }: Chronicle, truth: Truth): string[] {
  const { slackMs } = truth;
  const over = start + plan.end * 60_000;
  return outages.flatMap((outage) => {
    const problems: string[] = [];
    const say = (what: string) => problems.push(`${what}: ${nameOf(outage.subject)} from ${outage.start} to ${outage.end ?? '-'}`);
    const stretches = cutOff(truth, outage.subject);
    const [from, until] = [Date.parse(outage.start), outage.end === null ? over : Date.parse(outage.end)];
    const own = stretches.find((each) => holds(around(each, slackMs), from));
    if (own === undefined) say('a false outage');
    const during = stretches.find((each) => each.from + slackMs < until && until < each.until - slackMs);
    const comings = truth.comings(nameOf(outage.subject));
    if (
      during !== undefined &&
      outage.end !== null &&
      !comings.some((each) => overlaps(around(each, slackMs), { from: during.from, until }))
    )
      say('an outage that ended too early');
    if (outage.end === null && !stretches.some((each) => each.until > over)) say('an outage that was left open');
    const real = truth.all.filter(({ nodes }) => nodes.some((node) => node.startsWith(`${outage.subject.cluster}/`)));
    for (const { code, kind, revoked } of outage.findings)
      if (
        kind === 'cause' &&
        revoked === undefined &&
        !real.some(({ fault }) => 'finding' in faults[fault] && faults[fault].finding === code)
      )
        say(`a false cause, ${code}`);
    return problems;
  });
}
