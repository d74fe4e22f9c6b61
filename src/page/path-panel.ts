import { type Html, html } from './html.ts';
import type { PathStage } from './path-stages.ts';
import { when } from './time.ts';

const LOOKS = {
  passed: ['', '✓', 'passed'],
  broke: ['broke', '×', 'broke here'],
  skipped: ['skipped', '–', 'not reached'],
  unseen: ['skipped', '?', 'not known'],
} as const;

function item({ name, state, took, detail }: PathStage): Html {
  const [look, sign, words] = LOOKS[state];
  return html`<li class="${look}"><span class="dot" aria-hidden="true">${sign}</span><h3>${name}<span class="hidden">: ${words}</span></h3><span class="took">${took}</span>${detail === '' ? '' : html`<span class="small">${detail}</span>`}</li>`;
}

/** The way to the API server, drawn as stages. */
export function pathPanel(stages: readonly PathStage[], egress: string, probedAt: string | null, now: Date): Html {
  const also = egress === '' ? '' : html`<p class="small muted spaced">Elsewhere: ${egress}</p>`;
  const at = probedAt === null ? 'not probed yet' : html`probed at ${when(probedAt, now, 'second')}`;
  return html`<section class="panel" aria-labelledby="path"><div class="sec"><h2 id="path">The way to the API server</h2><span class="small muted">${at}</span></div><ol class="path">${stages.map(item)}</ol>${also}</section>`;
}
