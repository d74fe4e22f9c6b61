// Improves a page where scripts run: times in the zone of the reader, and a refresh that keeps scroll, folds and focus. Every page works without it.
(() => {
  const forms = {
    minute: { hour: '2-digit', minute: '2-digit' },
    second: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
    day: {},
    clock: { hour: '2-digit', minute: '2-digit' },
  };

  function localTime(element) {
    const moment = new Date(element.dateTime);
    const form = forms[element.dataset.form];
    if (form === undefined || Number.isNaN(moment.getTime())) return;
    const isToday = moment.toDateString() === new Date().toDateString();
    const isBare = (isToday && element.dataset.form !== 'day') || element.dataset.form === 'clock';
    const isThisYear = moment.getFullYear() === new Date().getFullYear();
    const day = isBare ? {} : { day: 'numeric', month: 'short', ...(isThisYear ? {} : { year: 'numeric' }) };
    element.title = element.dateTime;
    element.textContent = new Intl.DateTimeFormat(navigator.language, { ...day, ...form, hourCycle: 'h23' }).format(moment);
  }

  function showLocal() {
    for (const element of document.querySelectorAll('time[data-form]')) localTime(element);
    const zone = document.querySelector('[data-zone]');
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    if (zone === null || timeZone === 'UTC') return;
    zone.textContent = `Times are those of ${timeZone}; hover for UTC.`;
    const short = new Intl.DateTimeFormat(navigator.language, { timeZoneName: 'short' }).formatToParts(new Date());
    const name = document.querySelector('[data-zone-name]');
    if (name !== null) name.textContent = short.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
  }

  const keyOf = (fold) => fold.dataset.key ?? '';
  const isBusy = () =>
    document.activeElement?.matches('input, select, textarea') || (document.getSelection()?.toString() ?? '') !== '' || document.hidden;

  function pathTo(element) {
    const path = [];
    for (let at = element; at !== null && at.parentElement !== null && at.id !== 'main'; at = at.parentElement)
      path.unshift([...at.parentElement.children].indexOf(at));
    return path;
  }

  /** Shows another version of the page in place of this one. */
  function show(next) {
    const main = document.getElementById('main');
    const fresh = next.getElementById('main');
    if (main === null || fresh === null) return;
    const folds = new Map([...main.querySelectorAll('details')].map((fold) => [keyOf(fold), fold.open]));
    const focused = main.contains(document.activeElement) ? document.activeElement : null;
    const [id, href, path] = [focused?.id, focused?.getAttribute('href'), focused && pathTo(focused)];
    for (const fold of fresh.querySelectorAll('details')) if (folds.has(keyOf(fold))) fold.open = folds.get(keyOf(fold));
    const { scrollX, scrollY } = window;
    main.replaceWith(document.adoptNode(fresh));
    for (const part of ['.sweep', 'link[rel=icon]']) {
      const [before, after] = [document.querySelector(part), next.querySelector(part)];
      if (before !== null && after !== null) before.replaceWith(document.adoptNode(after));
    }
    document.title = next.title;
    showLocal();
    window.scrollTo(scrollX, scrollY);
    if (focused === null) return;
    const byHref = href ? [...fresh.querySelectorAll('a')].find((link) => link.getAttribute('href') === href) : undefined;
    const again = (id && document.getElementById(id)) || byHref || path.reduce((at, nth) => at?.children[nth], fresh);
    again?.focus({ preventScroll: true });
  }

  const MOST_MISSED = 3;
  let missed = 0;

  /** After some refreshes that failed, nothing on the page may look as if it were known to be so now. */
  function miss() {
    missed += 1;
    if (missed < MOST_MISSED || document.getElementById('not-updated') !== null) return;
    const said = document.createElement('p');
    said.id = 'not-updated';
    said.className = 'panel unk-edge';
    said.setAttribute('role', 'alert');
    said.textContent = `Not updated since ${new Date(shownAt).toLocaleTimeString()}: the prober does not answer. What is shown below may be over.`;
    document.getElementById('main')?.prepend(said);
    document.title = `? not updated · ${document.title.replace(/^\S+ /, '')}`;
    document.querySelector('link[rel=icon]')?.setAttribute('href', 'data:,');
  }

  async function refresh() {
    if (isBusy()) return;
    const response = await fetch(location.href, { headers: { accept: 'text/html' } });
    const isPage = !response.redirected && (response.headers.get('content-type') ?? '').startsWith('text/html');
    if (!isPage || !(response.ok || response.status === 401)) return miss();
    const seconds = Number(response.headers.get('refresh'));
    show(new DOMParser().parseFromString(await response.text(), 'text/html'));
    [missed, shownAt] = [0, Date.now()];
    if (!(seconds > 0)) clearInterval(timer);
  }

  async function signIn(form) {
    const said = form.querySelector('[role=status]');
    const key = form.elements.code.value;
    said.textContent = 'Signing in…';
    const response = await fetch(form.action, { headers: { 'x-functions-key': key }, redirect: 'manual' });
    if (response.type === 'opaqueredirect' || response.ok) location.assign(form.elements.to.value);
    else said.textContent = `The key was not accepted (status ${response.status}). Use a function key or host key of this app.`;
  }

  const seconds = Number(document.documentElement.dataset.refresh);
  let timer;
  let shownAt = Date.now();
  if (seconds > 0) {
    window.addEventListener('load', () => {
      // The browser's own reload, by the header Refresh, would close folds and drop the focus: this cancels it.
      window.stop();
      timer = setInterval(() => refresh().catch(miss), seconds * 1000);
    });
  }
  document.addEventListener('submit', (event) => {
    if (!event.target.matches('[data-sign-in]')) return;
    event.preventDefault();
    signIn(event.target).catch(() => event.target.submit());
  });
  showLocal();
})();
