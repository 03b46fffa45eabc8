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
  // Bits by length and kinds of characters; runs (aaa, 1234) count once. A rough word, the server's lists decide.
  const strength = (text) => {
    const plain = text.replace(/(.)\1+/gu, '$1');
    let steps = 0;
    for (let i = 0; i < plain.length; i += 1) {
      if (i === 0 || Math.abs(plain.charCodeAt(i) - plain.charCodeAt(i - 1)) !== 1) steps += 1;
    }
    const kinds = [[/\p{Ll}/u, 26], [/\p{Lu}/u, 26], [/\p{Nd}/u, 10], [/[^\p{L}\p{N}]/u, 20]];
    const size = kinds.reduce((sum, [kind, count]) => sum + (kind.test(text) ? count : 0), 0);
    const bits = size ? steps * Math.log2(size) : 0;
    return [35, 50, 65, 80].filter((least) => bits >= least).length;
  };
  const meter = box.querySelector('[data-strength]');
  const weigh = () => {
    const found = strength(input.value);
    meter.hidden = !input.value;
    meter.querySelector('meter').value = found;
    const word = meter.querySelector('output');
    word.textContent = word.dataset.words.split('|')[found];
  };
  if (meter) input.addEventListener('input', weigh);
  input.addEventListener('input', show);
  show();
})();
