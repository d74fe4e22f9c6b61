import type { stages } from '../model/reasons/reason.ts';
import { type ReasonCode, reasons } from '../model/reasons.ts';
import { placeholderNames } from '../model/remedies.ts';
import { remediesFor } from '../views/remedies.ts';
import { remedyLine, sourceLinks } from './answers.ts';
import { type Document, type Frame, headOf } from './frame.ts';
import { type Html, html } from './html.ts';

const STAGES: Readonly<Record<(typeof stages)[number], string>> = {
  none: 'As it should be',
  kubeconfig: "The node's kubeconfig",
  dns: 'Name lookup',
  tcp: 'Connection',
  tls: 'TLS',
  auth: 'Signing in',
  http: 'The answer of the API server',
  egress: 'The way out of the node',
  served: 'Reached and not served',
  agent: 'Run Command and its agent',
  azure: 'Azure',
  prober: 'The prober itself',
};
const ORDER = ['none', 'kubeconfig', 'dns', 'tcp', 'tls', 'auth', 'http', 'egress', 'served', 'agent', 'azure', 'prober'] as const;

function reasonPanel(code: ReasonCode): Html {
  const { sentence, links, policy } = reasons[code];
  const steps = remediesFor(code, placeholderNames).map((remedy) => html`<li>${remedyLine(remedy)}</li>`);
  const notes = [
    policy.fault === 'nobody' ? '' : `usually a matter of ${policy.fault === 'azure' ? 'Azure' : `the ${policy.fault}`}`,
    policy.duration === 'passing' ? 'passes without help' : 'lasts until somebody acts',
    policy.expected ? '' : 'no verdict is expected',
  ].filter((note) => note !== '');
  return html`<article class="panel card reason" id="${code}"><h3><a href="#${code}">${code}</a></h3><p>${sentence}</p>${steps.length > 0 ? html`<ol class="steps">${steps}</ol>` : ''}<p class="small">${notes.join('; ')}${links.length > 0 ? html`. More: ${sourceLinks(links)}` : ''}</p></article>`;
}

/** Every reason with what it means and what to do: a runbook with an address for each. Pure. */
export function reasonsPage({ links }: Frame): Document {
  const codes = Object.keys(reasons) as ReasonCode[];
  const sections = ORDER.map((stage) => {
    const own = codes.filter((code) => reasons[code].stage === stage);
    return own.length === 0
      ? ''
      : html`<section aria-labelledby="s-${stage}"><div class="sec"><h2 id="s-${stage}">${STAGES[stage]}</h2></div><div class="two even flush">${own.map(reasonPanel)}</div></section>`;
  });
  const body = html`${headOf('good', 'Reasons', 'What each reason means and what to do about it, most likely first. Words in capitals stand for names of yours.')}${sections}`;
  return { title: 'Reasons', state: 'good', current: 'Reasons', crumbs: [['AKS fleet', links.fleet()], ['Reasons']], body };
}
