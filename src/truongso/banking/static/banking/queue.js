// Keyboard in the workbench: j k move, Enter accepts, s splits, f finds, u undoes. The page works without this file.
// Single keys act only while focus is in the workbench or nowhere, never in a field, and can be switched off.
(() => {
  const doc = document;
  const board = () => doc.getElementById('recon');
  const find = (selector) => board()?.querySelector(selector);
  const OFF = 'banking.keys.off';
  const on = () => localStorage.getItem(OFF) !== '1';
  let settled = 0; // when the board last changed: a held or doubled Enter must not accept the next line unseen

  const dress = () => {
    const button = find('[data-keys]');
    if (!button) return;
    button.hidden = false;
    button.setAttribute('aria-pressed', String(on()));
    button.textContent = on() ? button.dataset.on : button.dataset.off;
    countLeft();
  };

  const countLeft = () => {
    const form = find('[data-split]'), box = form?.querySelector('[data-left]');
    if (!box) return;
    const amounts = [...form.querySelectorAll('.part-amount input:not([type=hidden])')].map((i) => i.value.trim());
    const plain = amounts.every((text) => /^\d{1,3}(?:[.,\s]\d{3})*$|^\d+$/.test(text));
    box.hidden = !plain;
    if (!plain) return;
    const left = +form.dataset.split - amounts.reduce((sum, text) => sum + +text.replace(/\D/g, ''), 0);
    box.querySelector('[data-left-value]').textContent = `${left < 0 ? '\u2212' : ''}${String(Math.abs(left)).replace(/\B(?=(\d{3})+$)/g, '.')}\u00a0đ`;
    box.classList.toggle('c', left < 0);
    box.classList.toggle('bad', left < 0);
  };

  const move = (step) => {
    const rows = [...(board()?.querySelectorAll('[data-row]') || [])];
    const next = rows[rows.findIndex((row) => row.getAttribute('aria-current')) + step];
    next?.click();
  };

  const undo = () => {
    const box = find('[data-undo]');
    if (!box) return;
    box.open = true;
    box.querySelector('input[name=ly_do]').focus();
  };

  const acts = {
    j: () => move(1),
    k: () => move(-1),
    s: () => find('[data-split-link]')?.click(),
    f: () => find('[data-find]')?.focus(),
    u: undo,
  };

  doc.addEventListener('keydown', (event) => {
    if (!board() || !on() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (doc.querySelector('dialog[open]')) return;
    const at = doc.activeElement;
    if (at && at !== doc.body && !board().contains(at)) return;
    if (at?.closest('input,textarea,select,[contenteditable]')) return;
    if (event.key === 'Enter') {
      const idle = !at || at === doc.body || at.matches('[data-row][aria-current],[data-line-title]');
      if (!idle || event.repeat || Date.now() - settled < 400) return;
      const accept = find('[data-accept]');
      if (accept) { event.preventDefault(); accept.click(); }
      return;
    }
    const act = acts[event.key.toLowerCase()];
    if (act && !event.shiftKey) { event.preventDefault(); act(); }
  });

  doc.addEventListener('click', (event) => {
    if (!event.target.closest('[data-keys]')) return;
    if (on()) localStorage.setItem(OFF, '1'); else localStorage.removeItem(OFF);
    dress();
  });
  doc.addEventListener('input', (event) => { if (event.target.closest('[data-split]')) countLeft(); });

  // After a partial update the focus goes to what changed, and the chosen row stays in view.
  doc.addEventListener('htmx:afterSettle', (event) => {
    if (event.detail.elt.id !== 'recon' && !event.detail.target?.isConnected && !board()) return;
    settled = Date.now();
    dress();
    find('[data-row][aria-current]')?.scrollIntoView({ block: 'nearest' });
    if (doc.activeElement !== doc.body && board().contains(doc.activeElement)) return; // the person is already further
    (find('[role=alert]') ? find('[data-split] input:not([type=hidden])') : find('[data-line-title]'))?.focus({ preventScroll: innerWidth > 1000 });
  });
  dress();
})();
