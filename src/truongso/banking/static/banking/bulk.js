// Sum of the ticked proposals: what is sent is what is seen. Without this file the page asks once more.
(() => {
  const form = document.querySelector('[data-bulk]');
  if (!form) return;
  const sum = form.querySelector('[data-sum]'), said = form.querySelector('[data-picked]');
  const boxes = () => [...form.querySelectorAll('input[name=dong]')];
  const count = () => {
    const chosen = boxes().filter((box) => box.checked);
    const total = chosen.reduce((all, box) => all + +box.dataset.amount, 0);
    sum.value = total;
    if (said) said.textContent = `${chosen.length} · ${String(total).replace(/\B(?=(\d{3})+$)/g, '.')}\u00a0đ`;
    const button = form.querySelector('[data-accept-all]');
    if (button) button.disabled = !chosen.length;
  };
  form.addEventListener('click', () => setTimeout(count));
  form.addEventListener('change', () => setTimeout(count));
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = document.activeElement;
    if (at === document.body) form.querySelector('[data-accept-all]')?.click();
  });
  count();
})();
