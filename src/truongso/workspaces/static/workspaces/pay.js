// Payment page: copy, share, and turning to paid by itself. The page is complete without this file.
(() => {
  const d = document, q = (s) => d.querySelector(s);
  const say = (text) => { const box = q('#bao'); if (box) { box.textContent = ''; setTimeout(() => { box.textContent = text; }, 60); } };

  const copy = async (button) => {
    try { await navigator.clipboard.writeText(button.dataset.copy); } catch {
      const area = d.createElement('textarea');
      area.value = button.dataset.copy; area.className = 'sr';
      button.after(area); area.select();
      const done = d.execCommand('copy');
      area.remove(); button.focus();
      if (!done) return;
    }
    const text = button.querySelector('span');
    if (button.dataset.was) return;
    button.dataset.was = text.textContent;
    text.textContent = d.body.dataset.copied;
    say(d.body.dataset.copied);
    setTimeout(() => { text.textContent = button.dataset.was; delete button.dataset.was; }, 1800);
  };

  const share = () => { const b = q('[data-share]'); if (b && navigator.share) b.hidden = false; };

  // Asks every 2 s for 2 minutes, then every 5 s, after 5 minutes every 15 s, and rests after 15 minutes.
  // Coming back from the bank's app asks at once and starts over.
  let start = Date.now(), timer, busy;
  const pause = () => { const s = (Date.now() - start) / 1000; return s < 120 ? 2000 : s < 300 ? 5000 : s < 900 ? 15000 : 0; };
  const live = (what) => { const line = q('[data-live]'); if (line) line.textContent = line.dataset[what]; };
  const next = () => {
    clearTimeout(timer);
    if (!q('[data-watch]')) return;
    const wait = pause();
    if (wait) timer = setTimeout(ask, wait, false); else live('stop');
  };
  const ask = async (byHand) => {
    const bar = q('[data-watch]');
    if (!bar || busy || d.hidden) return;
    busy = true;
    try {
      const answer = await fetch(bar.dataset.watch, { headers: { 'If-None-Match': bar.dataset.tag }, cache: 'no-store' });
      if (answer.status === 200) await swap((await answer.json()).text);
      else if (byHand) { live('none'); say(q('[data-live]').dataset.none); }
    } catch { /* no network: asked again below */ }
    busy = false;
    next();
  };
  const swap = async (text) => {
    const fresh = new DOMParser().parseFromString(await (await fetch(q('[data-again]').href, { cache: 'no-store' })).text(), 'text/html');
    if (!fresh.querySelector('#nd')) return;
    q('#nd').replaceWith(fresh.querySelector('#nd'));
    const bar = fresh.querySelector('.stick');
    if (bar) q('.stick').replaceWith(bar); else q('.stick').remove();
    d.title = fresh.title;
    scrollTo(0, 0);
    live('live');
    share();
    say(text);
  };

  d.addEventListener('click', (event) => {
    const hit = (s) => event.target.closest(s);
    if (hit('[data-copy]')) copy(hit('[data-copy]'));
    else if (hit('[data-share]')) navigator.share({ title: d.title, url: location.href }).catch(() => {});
    else if (hit('[data-again]')) { event.preventDefault(); start = Date.now(); live('live'); ask(true); }
    else if (hit('[data-print]')) print();
  });
  d.addEventListener('visibilitychange', () => { if (!d.hidden) { start = Date.now(); live('live'); ask(false); } });
  live('live');
  share();
  next();
})();
