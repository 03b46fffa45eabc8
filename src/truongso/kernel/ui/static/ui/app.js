// Small behaviours. Every page works without this file; nothing here knows about money or pupils.
(() => {
  const doc = document, root = doc.documentElement, body = doc.body;
  const all = (selector, from = doc) => [...from.querySelectorAll(selector)];
  const on = (type, handler, options) => doc.addEventListener(type, handler, options);

  // Theme: remembered in a cookie so that the server can write it into the next page.
  const dark = () => (root.dataset.theme || (matchMedia('(prefers-color-scheme:dark)').matches ? 'dark' : 'light')) === 'dark';
  const toggleTheme = () => {
    root.dataset.theme = dark() ? 'light' : 'dark';
    doc.cookie = `theme=${root.dataset.theme};path=/;max-age=31536000;samesite=lax${location.protocol === 'https:' ? ';secure' : ''}`;
  };

  // Off-canvas navigation under 900 px.
  const menu = doc.getElementById('menu');
  const showMenu = (open) => {
    if (!menu) return;
    body.classList.toggle('nav-open', open);
    menu.nextElementSibling.nextElementSibling.inert = open;
    if (open) menu.querySelector('a,button,summary').focus();
    else doc.querySelector('[data-nav-open]')?.focus();
  };

  const copy = async (button) => {
    const text = button.querySelector('span') || button;
    const before = text.textContent;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      const area = doc.createElement('textarea');
      area.value = button.dataset.copy;
      area.className = 'sr';
      button.after(area);
      area.select();
      const done = doc.execCommand('copy');
      area.remove();
      button.focus();
      if (!done) return;
    }
    if (button.dataset.busy) return;
    button.dataset.busy = 1;
    text.textContent = body.dataset.copied;
    say(body.dataset.copied);
    setTimeout(() => { text.textContent = before; delete button.dataset.busy; }, 1800);
  };

  // One polite live region for what happens on the page.
  let speaker;
  const say = (text) => {
    if (!speaker) {
      speaker = doc.createElement('p');
      speaker.className = 'sr';
      speaker.setAttribute('role', 'status');
      body.append(speaker);
    }
    speaker.textContent = '';
    setTimeout(() => { speaker.textContent = text; }, 60);
  };

  // Questions before irreversible acts: <form data-confirm="…" data-confirm-ok="…">.
  const ask = (form, submitter) => {
    const dialog = doc.createElement('dialog'), text = doc.createElement('p'), row = doc.createElement('div');
    const button = (label, css, value) => {
      const b = doc.createElement('button');
      b.type = 'button'; b.className = `btn ${css}`; b.textContent = label;
      b.onclick = () => dialog.close(value);
      return b;
    };
    dialog.className = 'dlg';
    text.id = 'cau-hoi';
    text.textContent = form.dataset.confirm;
    dialog.setAttribute('aria-labelledby', 'cau-hoi');
    row.className = 'row w';
    row.append(button(form.dataset.confirmOk || body.dataset.ok, form.dataset.confirmKind || 'pri', 'yes'), button(body.dataset.cancel, 'ghost', ''));
    const box = doc.createElement('div');
    box.className = 'stack l';
    box.append(text, row);
    dialog.append(box);
    body.append(dialog);
    dialog.onclose = () => {
      dialog.remove();
      if (dialog.returnValue !== 'yes') return submitter?.focus();
      form.dataset.confirmed = 1;
      form.requestSubmit(submitter);
    };
    dialog.showModal();
  };

  on('submit', (event) => {
    const form = event.target, submitter = event.submitter;
    if (form.dataset.confirm && !form.dataset.confirmed) {
      event.preventDefault();
      event.stopPropagation();
      return ask(form, submitter);
    }
    delete form.dataset.confirmed;
    if (form.getAttribute('method')?.toLowerCase() !== 'post') return;
    // A second tap on a slow line must not send twice. Released after a while (a download leaves the page open).
    if (form.dataset.sent) return event.preventDefault();
    setTimeout(() => {
      if (event.defaultPrevented) return;
      form.dataset.sent = 1;
      submitter?.setAttribute('aria-busy', 'true');
      setTimeout(release, 10000, form);
    });
  }, true);
  const release = (form) => {
    delete form.dataset.sent;
    all('[aria-busy]', form).forEach((b) => b.removeAttribute('aria-busy'));
  };
  addEventListener('pageshow', () => all('[data-sent]').forEach(release));

  on('click', (event) => {
    const hit = (selector) => event.target.closest(selector);
    let found;
    if ((found = hit('[data-copy]'))) copy(found);
    else if (hit('[data-theme-toggle]')) toggleTheme();
    else if (hit('[data-nav-open]')) { event.preventDefault(); showMenu(true); }
    else if (hit('[data-nav-close]')) { event.preventDefault(); showMenu(false); }
    else if (hit('[data-print]')) print();
    else if ((found = hit('[data-dismiss]'))) found.closest('.note').remove();
    else if ((found = hit('[data-reveal]'))) reveal(found);
    all('details.menu[open]').forEach((open) => { if (!open.contains(event.target)) open.open = false; });
  });

  const reveal = (button) => {
    const input = doc.getElementById(button.dataset.reveal), shown = input.type === 'text';
    input.type = shown ? 'password' : 'text';
    button.setAttribute('aria-pressed', String(!shown));
  };

  on('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      const search = doc.querySelector('[data-search]');
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    }
    if (event.key !== 'Escape') return;
    if (body.classList.contains('nav-open')) showMenu(false);
    all('details.menu[open]').forEach((open) => { open.open = false; open.firstElementChild.focus(); });
  });

  // Rows chosen by checkbox: <table data-select>, [data-select-all], bar [data-select-bar] with [data-select-count].
  let last;
  const countRows = (table) => {
    const boxes = all('tbody input[type=checkbox]', table), chosen = boxes.filter((b) => b.checked);
    const head = table.querySelector('[data-select-all]'), scope = table.closest('form,.card') || doc;
    boxes.forEach((b) => b.closest('tr').classList.toggle('sel', b.checked));
    if (head) { head.checked = !!chosen.length && chosen.length === boxes.length; head.indeterminate = !!chosen.length && chosen.length < boxes.length; }
    all('[data-select-count]', scope).forEach((el) => { el.textContent = chosen.length; });
    all('[data-select-bar]', scope).forEach((el) => { el.hidden = !chosen.length; });
  };
  on('click', (event) => {
    const box = event.target.closest('table[data-select] input[type=checkbox]');
    if (!box) return;
    const table = box.closest('table'), boxes = all('tbody input[type=checkbox]:not(:disabled)', table);
    if (box.matches('[data-select-all]')) boxes.forEach((b) => { b.checked = box.checked; });
    else if (event.shiftKey && boxes.includes(last)) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      boxes.slice(from, to + 1).forEach((b) => { b.checked = box.checked; });
    }
    last = box;
    countRows(table);
  });

  // Chosen or dropped file is named inside its box.
  on('change', (event) => {
    if (!event.target.matches('[data-drop] input')) return;
    const files = [...event.target.files];
    if (files.length) event.target.closest('[data-drop]').querySelector('[data-drop-text]').textContent = files.map((f) => f.name).join(', ');
  });
  for (const type of ['dragenter', 'dragleave', 'drop']) on(type, (event) => event.target.closest?.('[data-drop]')?.classList.toggle('over', type === 'dragenter'));

  const start = () => {
    all('table[data-select]').forEach(countRows);
    doc.querySelector('[data-autofocus]')?.focus();
    all('.steps [aria-current],.pub-n [aria-current]').forEach((item) => item.scrollIntoView({ inline: 'center', block: 'nearest' }));
    // Screen readers announce only what changes: put the messages in once more.
    all('.toasts > *').forEach((toast) => {
      const region = toast.parentNode;
      toast.remove();
      setTimeout(() => region.append(toast), 80);
      if (!toast.dataset.dismissAfter) return;
      let timer;
      const hold = () => clearTimeout(timer);
      const go = () => { hold(); timer = setTimeout(() => toast.remove(), +toast.dataset.dismissAfter); };
      toast.onmouseenter = toast.onfocusin = hold;
      toast.onmouseleave = toast.onfocusout = go;
      go();
    });
  };
  start();
})();
