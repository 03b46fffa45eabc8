// Counter: arrows through results, the change while typing, Esc for the next one, print and come back.
// Everything works without this file; what is booked is worked out by the server.
(() => {
  const d = document, q = (s, from = d) => from.querySelector(s), all = (s, from = d) => [...from.querySelectorAll(s)];
  const home = '/thu/quay';
  const dong = (n) => `${n < 0 ? '−' : ''}${String(Math.abs(n)).replace(/\B(?=(\d{3})+$)/g, '.')}\u00a0đ`;

  // Plain numbers and grouped ones; "500k" and "1tr" as the server reads them. NaN: not read yet.
  const read = (text) => {
    const t = text.trim().toLowerCase().replace(/\s|đ|đồng/g, '');
    let m;
    if (/^\d+$/.test(t)) return +t;
    if (/^\d{1,3}([.,])\d{3}(\1\d{3})*$/.test(t)) return +t.replace(/\D/g, '');
    if ((m = /^(\d+)k$/.exec(t))) return m[1] * 1000;
    if ((m = /^(\d+)(?:tr|triệu)(\d{3})?$/.exec(t))) return m[1] * 1e6 + (m[2] || 0) * 1000;
    return NaN;
  };

  const form = q('[data-take]');
  const sums = () => {
    const sum = all('input[data-owed]:checked', form).reduce((s, b) => s + +b.dataset.owed, 0);
    q('[data-sum]', form).textContent = dong(sum);
    const given = q('[name=given]', form), amount = q('[name=amount]', form), out = q('[data-change]', form);
    if (!given) return;
    const due = amount.value.trim() ? read(amount.value) : sum;
    let laid = read(given.value);
    if (laid < due && laid * 1000 >= due && laid * 1000 - due < 500000) laid *= 1000;
    const back = laid - due;
    out.textContent = Number.isNaN(back) ? '—' : dong(Math.abs(back));
    out.classList.toggle('bad', back < 0);
    const label = q('[data-change-label]', form);
    label.textContent = back < 0 ? label.dataset.short : label.dataset.back;
  };
  if (form) {
    form.addEventListener('input', (event) => {
      const box = event.target;
      // Rounds that take no parts: an invoice is chosen whole.
      if (box.dataset?.whole) all(`input[data-whole="${box.dataset.whole}"]`, form).forEach((b) => { b.checked = box.checked; });
      sums();
    });
    sums();
  }

  d.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || d.querySelector('dialog[open]')) return;
    const find = q('[data-find]'), at = d.activeElement;
    if (event.key === 'Escape' && !d.body.classList.contains('nav-open')) {
      event.preventDefault();
      location.assign(home);
    } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && (at === find || at.closest('[data-rows]'))) {
      const rows = all('[data-rows] a'), n = rows.indexOf(at) + (event.key === 'ArrowDown' ? 1 : -1);
      if (!rows.length) return;
      event.preventDefault();
      (rows[n] || (n < 0 ? find : at)).focus();
    } else if (event.key.length === 1 && find && (at === d.body || at.matches('a,button'))) {
      // The next family's code may be scanned while a button has the focus.
      if (event.key === ' ' && at !== d.body) return;
      find.value = '';
      find.focus();
    }
  });

  const paper = q('[data-print-back]');
  if (paper) {
    addEventListener('afterprint', () => location.assign(paper.dataset.printBack));
    addEventListener('load', () => setTimeout(print, 50));
  }
})();
