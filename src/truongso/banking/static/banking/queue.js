// Keyboard in the workbench: j k move, Enter accepts, s splits, / finds, u undoes, ? shows all keys. The page works
// without this file. Single keys act only while focus is in the workbench or nowhere, never in a field, and can be
// switched off.
(() => {
  const doc = document;
  const board = () => doc.getElementById('recon');
  const find = (selector) => board()?.querySelector(selector);
  const rows = () => [...(board()?.querySelectorAll('[data-row]') || [])];
  const OFF = 'banking.keys.off';
  const on = () => localStorage.getItem(OFF) !== '1';
  let settled = 0; // when the line last changed: a held or doubled Enter must not accept the next one unseen
  let told = 0; // how many wait, as the menu knows it
  let asked = null; // the row whose line is on its way: quick keys go on from it, and nothing is accepted meanwhile

  const dress = () => {
    const button = find('[data-keys]');
    if (button) {
      button.hidden = false;
      button.setAttribute('aria-pressed', String(on()));
      button.textContent = on() ? button.dataset.on : button.dataset.off;
    }
    countLeft();
    count();
  };

  // The row of the open line is marked and kept in view; on a narrow page the line takes the list's place.
  const mark = () => {
    const open = find('#recon-detail')?.dataset.line;
    for (const row of rows()) {
      if (row.id === `r-${open}`) {
        row.setAttribute('aria-current', 'true');
        row.scrollIntoView({ block: 'nearest' });
      } else row.removeAttribute('aria-current');
    }
    find('.recon')?.classList.toggle('chosen', !!open && new URLSearchParams(location.search).has('dong'));
  };

  // In view within the list; the page itself stays where it is.
  const showChosen = () => {
    const top = scrollY;
    find('[data-row][aria-current]')?.scrollIntoView({ block: 'center', behavior: 'instant' });
    scrollTo({ top, behavior: 'instant' });
  };

  // What the menu counts goes along with the list of what waits.
  const waits = () => number(find('#recon-bar .tag')?.textContent || '');
  const count = () => {
    const badge = doc.querySelector('.nav a[aria-current] .n'), now = waits();
    const all = badge ? number(badge.textContent) + now - told : 0;
    if (all > 0) badge.textContent = String(all);
    else badge?.remove();
    told = now;
  };

  const number = (text) => +text.replace(/\D/g, '');
  const written = (n) => `${n < 0 ? '\u2212' : ''}${String(Math.abs(n)).replace(/\B(?=(\d{3})+$)/g, '.')}`;
  const PLAIN = /^\d{1,3}(?:[.,\s]\d{3})*$|^\d+$|^$/;

  const countLeft = () => {
    const form = find('[data-split]'), box = form?.querySelector('[data-left]');
    if (!box) return;
    const amounts = [...form.querySelectorAll('.part-amount input:not([type=hidden])')].map((i) => i.value.trim());
    const plain = amounts.every((text) => PLAIN.test(text));
    box.hidden = !plain;
    if (!plain) return;
    const left = +form.dataset.split - amounts.reduce((sum, text) => sum + number(text), 0);
    box.querySelector('[data-left-value]').textContent = `${written(left)}\u00a0đ`;
    box.classList.toggle('c', left < 0);
    box.classList.toggle('bad', left < 0);
  };

  // Amounts of items make the amount of their invoice.
  const addItems = (input) => {
    const part = input.closest('.part');
    const given = [...part.querySelectorAll('[data-items] input')].map((i) => i.value.trim());
    if (!given.every((text) => PLAIN.test(text)) || !given.some(Boolean)) return;
    part.querySelector('.part-amount input:not([type=hidden])').value = written(given.reduce((s, t) => s + number(t), 0));
  };

  const waiting = () => !!asked?.isConnected;
  const move = (step) => {
    const all = rows();
    const at = waiting() ? all.indexOf(asked) : all.findIndex((row) => row.getAttribute('aria-current'));
    const next = all[at < 0 ? 0 : at + step];
    next?.click();
  };

  // Opens a folded section and puts the cursor into its first field; all of its text stays selected to be typed over.
  const open = (name) => () => {
    const box = find(`[data-${name}]`);
    if (!box) return;
    box.open = true;
    const field = box.querySelector('input:not([type=hidden]):not([type=radio]),select,input[type=radio]');
    field?.focus();
    field?.select?.();
    box.scrollIntoView({ block: 'nearest' });
  };

  const seek = () => {
    const field = find('[data-find]') || find('.recon-list input[type=search]');
    field?.focus();
    field?.select();
  };
  const acts = {
    j: () => move(1),
    k: () => move(-1),
    s: () => find('[data-split-link]')?.click(),
    f: seek,
    '/': seek,
    g: open('merge'),
    p: open('park'),
    h: open('ask'),
    r: open('refund'),
    n: open('nofees'),
    u: open('undo'),
    z: open('undo'),
    U: () => find('[data-redo] button')?.click(),
    b: () => doc.querySelector('[data-bulk-link]')?.click(),
    '?': () => find('[data-help]')?.showModal(),
  };
  for (let n = 1; n < 10; n += 1) acts[n] = () => find(`[data-choose="${n}"]`)?.click();

  doc.addEventListener('keydown', (event) => {
    if (!board() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (doc.querySelector('dialog[open]')) return;
    const at = doc.activeElement;
    if (at && at !== doc.body && !board().contains(at)) return;
    if (event.key === 'Escape' && at?.closest('input,textarea,select')) {
      find('[data-line-title]')?.focus();
      return;
    }
    if (!on() || at?.closest('input,textarea,select,[contenteditable]')) return;
    if (event.key === 'Enter') {
      const idle = !at || at === doc.body || at.matches('[data-row][aria-current],[data-line-title]');
      if (!idle || waiting() || event.repeat || Date.now() - settled < 400) return;
      const accept = find('[data-accept]');
      if (accept) { event.preventDefault(); accept.click(); }
      return;
    }
    const act = acts[event.key] || (event.shiftKey ? undefined : acts[event.key.toLowerCase()]);
    if (!act || (event.shiftKey && !'U?'.includes(event.key))) return;
    if (/\d/.test(event.key) && (waiting() || Date.now() - settled < 400)) return;
    event.preventDefault();
    act();
  });

  doc.addEventListener('click', (event) => {
    if (event.target.closest('[data-row]') && !event.ctrlKey && !event.metaKey) asked = event.target.closest('[data-row]');
    if (!event.target.closest('[data-keys]')) return;
    if (on()) localStorage.setItem(OFF, '1'); else localStorage.removeItem(OFF);
    dress();
  });
  doc.addEventListener('input', (event) => {
    if (event.target.closest('[data-items]')) addItems(event.target);
    if (event.target.closest('[data-split]')) countLeft();
  });

  // After the line has changed the focus goes to what is new, and the chosen row stays in view.
  doc.addEventListener('htmx:afterSettle', (event) => {
    if (event.detail.elt.id !== 'recon-detail') return;
    settled = Date.now();
    if (asked?.id === `r-${event.detail.elt.dataset.line}`) asked = null;
    dress();
    mark();
    const at = doc.activeElement, found = find('[data-first-found]');
    if (at?.matches('[data-find]') && found) { found.focus(); return; } // what was looked for is there: one Enter takes it
    const other = at?.matches('[data-find-line]') && find('[data-first-line]');
    if (other) { other.focus(); return; }
    if (at !== doc.body && board().contains(at) && !at.matches('[data-row]')) return;
    const first = found || find('[data-line-title]');
    (find('#recon-detail [role=alert]') ? find('[data-split] input:not([type=hidden])') || find('[data-line-title]') : first)
      ?.focus({ preventScroll: innerWidth > 1000 });
  });
  for (const failed of ['htmx:responseError', 'htmx:sendError', 'htmx:timeout']) {
    doc.addEventListener(failed, () => { asked = null; });
  }
  told = waits();
  dress();
  showChosen();
})();
