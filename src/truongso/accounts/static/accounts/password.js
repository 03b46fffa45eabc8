// Ticks the rules of a new password while it is typed. The server decides; this only saves a round trip.
(() => {
  const box = document.querySelector('[data-password]');
  const input = box?.querySelector('input');
  if (!input) return;
  const rules = {
    length: (text) => text.length >= Number(box.dataset.least),
    case: (text) => /\p{Lu}/u.test(text) && /\p{Ll}/u.test(text),
    digit: (text) => /\p{Nd}/u.test(text),
    sign: (text) => /[^\p{L}\p{N}]/u.test(text),
  };
  const show = () => {
    const isSentence = input.value.length >= Number(box.dataset.free);
    box.querySelectorAll('[data-rule]').forEach((line) => {
      const kept = isSentence || rules[line.dataset.rule](input.value);
      line.classList.toggle('ok', kept);
      line.classList.toggle('c', kept);
      line.classList.toggle('mut', !kept);
    });
  };
  input.addEventListener('input', show);
  show();
})();
