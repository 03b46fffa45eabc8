// Counting the box: sums while typing, Enter goes to the next denomination. The server counts for itself.
(() => {
  const form = document.querySelector('[data-count]');
  if (!form) return;
  const boxes = [...form.querySelectorAll('[data-pieces]')];
  const dong = (n) => `${n < 0 ? '−' : ''}${String(Math.abs(n)).replace(/\B(?=(\d{3})+$)/g, '.')}\u00a0đ`;
  const add = () => {
    let counted = 0;
    for (const box of boxes) {
      const amount = /^\d+$/.test(box.value.trim()) ? box.value.trim() * box.dataset.pieces : 0;
      box.parentNode.querySelector('[data-amount]').textContent = amount ? dong(amount) : '';
      counted += amount;
    }
    const off = counted - form.dataset.expected;
    form.querySelector('[data-counted]').textContent = dong(counted);
    form.querySelector('[data-off]').textContent = dong(off);
    form.querySelector('[data-off]').className = off ? 'c bad' : 'c ok';
  };
  form.addEventListener('input', add);
  form.addEventListener('keydown', (event) => {
    const n = boxes.indexOf(event.target);
    if (event.key !== 'Enter' || n < 0 || n === boxes.length - 1) return;
    event.preventDefault();
    boxes[n + 1].focus();
    boxes[n + 1].select();
  });
  add();
})();
