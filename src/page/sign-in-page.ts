import { type Document, type Frame, headOf } from './frame.ts';
import { html } from './html.ts';

/**
 * The page that asks for a key, once. Without scripts, the browser sends the key as a parameter to the address that the host itself guards, and is led on.
 *
 * @param to - the page that was asked for.
 * @param session - the address that takes the key.
 */
export function signInPage(to: string, session: string, _frame: Frame): Document {
  const form = html`<form class="filter" method="get" action="${session}" data-sign-in><input type="hidden" name="to" value="${to}"><label class="grow">Function key<input type="password" name="code" required autocomplete="current-password" maxlength="500"></label><button class="btn main">Sign in</button><p role="status" class="small"></p></form>`;
  const body = html`${headOf('odd', 'Sign in', 'These pages show what is known of your clusters. A function key or host key of this app opens them.')}<section class="panel">${form}<p class="small muted">The key is sent once and not kept: the browser gets a cookie that is good for 12 hours. az functionapp keys list shows the keys to those who may see them.</p></section>`;
  return { title: 'Sign in', state: 'odd', current: undefined, body, hasFormats: false };
}
