// Asks the browser for a passkey when its form is sent, and sends the form with the answer.
// The forms are hidden until this runs, because without it they can do nothing.

const { create, get, supported } = globalThis.webauthnJSON

// Passkeys belong to a host name; browsers make none for a number.
const isNumber = /^[\d.]+$|:/.test(location.hostname)

const WORDS = {
  InvalidStateError: 'This device has a passkey for you already.',
  NotAllowedError: 'No passkey was used. Try again, or go another way.',
}

async function options(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options)
  const response = await fetch(form.action, { headers: { Accept: 'application/json' } })
  return (await response.json()).request_options
}

async function answer(form) {
  const asked = await options(form)
  if (form.dataset.passkey === 'get') return get(asked)
  // One that the device finds by itself, and that asks for a finger, a face or a PIN.
  Object.assign(asked.publicKey.authenticatorSelection, {
    residentKey: 'required',
    requireResidentKey: true,
    userVerification: 'required',
  })
  return create(asked)
}

async function send(event) {
  event.preventDefault()
  const form = event.target
  const status = form.querySelector('[role="status"]')
  try {
    form.elements.credential.value = JSON.stringify(await answer(form))
  } catch (error) {
    status.textContent = WORDS[error.name] ?? 'The passkey could not be used here. Go another way.'
    return
  }
  form.submit()
}

if (supported() && !isNumber) {
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    form.addEventListener('submit', send)
    form.hidden = false
  }
  document.querySelector('.no-passkeys')?.remove()
}
