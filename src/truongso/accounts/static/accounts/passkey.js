// Passkeys: asks the browser for a key and puts its answer into the form. Without it, or without support, codes and
// passwords stay; the button is shown only where keys work.
(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const ids = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));

  const make = async ({ publicKey }) => {
    const made = await navigator.credentials.create({ publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: ids(publicKey.excludeCredentials),
    } });
    return answer(made, {
      attestationObject: text(made.response.attestationObject),
      transports: made.response.getTransports?.() ?? [],
    });
  };

  const sign = async ({ publicKey }) => {
    const signed = await navigator.credentials.get({ publicKey: {
      ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: ids(publicKey.allowCredentials),
    } });
    const { authenticatorData, signature, userHandle } = signed.response;
    return answer(signed, {
      authenticatorData: text(authenticatorData), signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    });
  };

  const answer = (key, response) => JSON.stringify({
    id: key.id, rawId: text(key.rawId), type: key.type,
    authenticatorAttachment: key.authenticatorAttachment ?? undefined,
    clientExtensionResults: key.getClientExtensionResults(),
    response: { clientDataJSON: text(key.response.clientDataJSON), ...response },
  });

  // Keys belong to a name: an address of digits has none.
  const works = window.PublicKeyCredential && navigator.credentials && !/^[\d.:[\]]+$/.test(location.hostname);

  document.querySelectorAll('form[data-passkey]').forEach((form) => {
    if (!works) {
      form.querySelector('[data-passkey-none]')?.removeAttribute('hidden');
      return;
    }
    const kind = form.dataset.passkey;
    const problem = form.querySelector('[data-passkey-problem]');
    form.hidden = false;
    form.querySelector('[data-passkey-go]')?.removeAttribute('hidden');
    form.querySelector('[data-passkey-go]').addEventListener('click', async () => {
      problem.hidden = true;
      try {
        const given = document.getElementById('passkey-options');
        const options = kind === 'login'
          ? (await (await fetch(form.action, { headers: { Accept: 'application/json' } })).json()).request_options
          : JSON.parse(given.textContent)[kind === 'make' ? 'creation_options' : 'request_options'];
        form.querySelector('[name=credential]').value = await (kind === 'make' ? make : sign)(options);
        form.requestSubmit();
      } catch {
        problem.hidden = false;
      }
    });
  });
})();
