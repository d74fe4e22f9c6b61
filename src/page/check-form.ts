import { type Html, html } from './html.ts';

/**
 * A button that checks a node now.
 *
 * @param token - proves that the form came from a page of ours; it is good for one check.
 */
export const checkForm = (address: string, token: string): Html =>
  html`<form class="actions check" method="post" action="${address}"><input type="hidden" name="token" value="${token}"><button class="btn main">Check now</button></form>`;
