import type { Words } from '../history/frozen-words.ts';
import type { SharedFactor } from '../history/shared-factor.ts';
import { isSilent } from '../history/sight.ts';
import type { RemedyNames } from '../model/reasons/remedy.ts';
import { namesOf } from '../model/remedies.ts';
import { parseClusterId } from '../model/resource-id.ts';
import type { StoredIncident } from '../tables/incident-rows.ts';
import { changedWords, cut, SUBJECT_CHARACTERS, whyWords } from './alert-words.ts';
import { lastName, spoken, timeOfDay } from './spoken.ts';
import { firstRemedy } from './telemetry-event.ts';

const phrases: Record<SharedFactor, (value: string) => string> = {
  finding: (value) => `behind ${lastName(value)}`,
  nextHop: (value) => `behind ${lastName(value)}`,
  dnsServers: (value) => `with the DNS server ${value}`,
  network: (value) => `in the network ${lastName(value)}`,
  region: (value) => `in ${value}`,
  subscription: (value) => `of the subscription ${value}`,
  reason: (value) => `with "${spoken(value)}"`,
  fleet: () => 'of the fleet',
};

/** What the members of an incident share, as a phrase after "clusters". */
export const sharedPhrase = ({ factor, value }: Pick<StoredIncident, 'factor' | 'value'>): string => phrases[factor](value);

/** What the members cannot do: their nodes fail, or give no verdict. */
function verbOf({ blind, open }: Pick<StoredIncident, 'blind' | 'open'>): string {
  if (blind === 0) return 'cannot reach their API servers';
  return blind >= open.length ? 'give no verdict' : 'cannot reach their API servers or give no verdict';
}

/** Whether nobody sees the fleet although Azure takes the commands and answers: no node sends a result back. */
const isSilence = ({ kind, reason }: Pick<StoredIncident, 'kind' | 'reason'>) => kind === 'unseen' && isSilent(reason);

/** The names that hold for all clusters of an incident: of its only cluster, else of the subscription that they share. */
export function namesOfIncident({ members }: Pick<StoredIncident, 'members'>): RemedyNames {
  const [first] = members;
  if (first === undefined || members.length === 1) return first === undefined ? {} : namesOf({ cluster: first });
  const subscriptions = new Set(members.map((cluster) => parseClusterId(cluster)?.subscriptionId));
  const [only] = subscriptions;
  return subscriptions.size === 1 && only !== undefined ? { subscriptionId: only } : {};
}

function unseenWords(incident: StoredIncident): Words {
  const { since, reason, nodes, planned, open, finding, counts } = incident;
  // The nodes are those of the fleet, the clusters those that gave no verdict at all.
  const whole = counts.affected === 0 ? '' : `, among them all of ${counts.affected === 1 ? '1 cluster' : `${counts.affected} clusters`}`;
  const { short, long } = whyWords(finding, reason);
  const shared =
    'Azure accepts the commands and no node sends a result: what all nodes share is in question, such as the firewall on their way out, not the prober.';
  const remedy = firstRemedy(reason, namesOfIncident(incident));
  const why = isSilence(incident) && finding === undefined ? `${shared} ${long}` : `${long} ${remedy}`.trim();
  return {
    subject: `Nobody sees the fleet since ${timeOfDay(since)}: ${isSilence(incident) && finding === undefined ? `no node answers (${short})` : short}`,
    what:
      planned === 0
        ? 'Nobody sees the fleet: there is no node to probe'
        : `Nobody sees the fleet: ${nodes} of ${planned} nodes give no verdict${whole}`,
    counts: planned === 0 ? '0 of 0' : `${nodes} of ${planned}`,
    since,
    why,
    changed: open.length === 0 ? '-' : changedWords(finding),
  };
}

/** What people are told of an incident now. Pure. */
export function incidentWords(incident: StoredIncident): Words {
  if (incident.kind === 'unseen') return unseenWords(incident);
  const { since, reason, counts, finding, factor, open, blind } = incident;
  const { short, long } = whyWords(finding, reason);
  const said = `${counts.affected} of ${counts.inside}`;
  // Those that began together may not all share what most of them do.
  const others = open.length > counts.affected ? `, and ${open.length - counts.affected} more` : '';
  const elsewhere = counts.elsewhere === 0 ? '' : `; ${counts.elsewhereAffected} of ${counts.elsewhere} elsewhere`;
  const who = factor === 'reason' ? `${open.length} clusters` : `${said} clusters ${sharedPhrase(incident)}`;
  return {
    subject: cut(
      `${who} ${blind >= open.length && open.length > 0 ? 'without a verdict' : 'down'} since ${timeOfDay(since)}, ${short}`,
      SUBJECT_CHARACTERS,
    ),
    what: `${who}${others} ${verbOf(incident)}${factor === 'reason' ? ` (${short})` : ''}${elsewhere}`,
    counts: said,
    since,
    why: long,
    changed: changedWords(finding),
  };
}

/** How loud an incident is: 0 where most of the fleet is down, else 1. Nobody knows how bad it is where nothing is seen. */
export function severityOf({ kind, wide, blind, open }: Pick<StoredIncident, 'kind' | 'wide' | 'blind' | 'open'>): '0' | '1' {
  return kind === 'outage' && wide && blind * 2 < open.length ? '0' : '1';
}
