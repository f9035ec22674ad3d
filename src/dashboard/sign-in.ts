import { byId, element, setText } from './element.ts';
import { session } from './session.ts';

/** Asks for a key where the server wants to know who this is; what is behind stays as it is. */
export function signInForm(place: HTMLElement, behind: HTMLElement): void {
  const problem = element('p', { class: 'problem', id: 'key-problem', role: 'alert' });
  const key = element('input', {
    ...{ id: 'key', type: 'password', required: true, autocomplete: 'current-password', spellcheck: 'false' },
    'aria-describedby': 'key-about key-problem',
  });
  const submit = element('button', { class: 'primary' }, 'Sign in');
  const heading = element('h1', { id: 'sign-in-title' }, 'Sign in');
  const about = element('p', { class: 'quiet' });
  const form = element(
    'form',
    {},
    element('label', { for: 'key' }, 'API key'),
    key,
    element(
      'p',
      { class: 'quiet', id: 'key-about' },
      'It is sent once. The server answers with a cookie that scripts cannot read, and the page forgets the key.',
    ),
    problem,
    submit,
  );
  // The same mark as in the bar.
  const mark = document.querySelector('.brand')!.cloneNode(true) as HTMLElement;
  const brand = element('p', { class: 'brand' }, ...mark.childNodes);
  place.append(element('div', { class: 'sign-in-card' }, brand, heading, about, form));

  const fail = (text: string): void => {
    setText(problem, text);
    key.setAttribute('aria-invalid', String(text !== ''));
  };
  form.addEventListener('submit', event => {
    event.preventDefault();
    const text = key.value.trim();
    if (submit.disabled) return;
    if (text === '') return fail('Type or paste a key first.');
    submit.disabled = true;
    fail('');
    session
      .signIn(text)
      .then(
        () => (key.value = ''),
        (error: Error) => {
          fail(error.message);
          key.select();
        },
      )
      .finally(() => (submit.disabled = false));
  });

  let focused: Element | null = null;
  const draw = (): void => {
    const isOut = session.state === 'out';
    if (isOut === !place.hidden) return;
    if (isOut) focused = document.activeElement;
    place.hidden = !isOut;
    behind.inert = isOut;
    document.body.dataset.session = isOut ? (session.hasExpired ? 'expired' : 'out') : 'in';
    setText(heading, session.hasExpired ? 'Sign in again' : 'Sign in');
    setText(
      about,
      session.hasExpired
        ? 'Your session is over. What you were looking at goes on where it was.'
        : 'This server shows runs to those who have a key. Whoever runs it can give you one.',
    );
    if (isOut) key.focus();
    else if (focused instanceof HTMLElement) focused.focus();
  };
  session.onChange(draw);
  draw();
}

/** Says who is signed in, for which tenant, and lets them sign out. */
export function accountLine(place: HTMLElement): void {
  const subject = element('span', { class: 'subject' });
  const tenant = element('span', { class: 'tenant' });
  const out = element('button', { type: 'button', class: 'small' }, 'Sign out');
  out.addEventListener('click', () => {
    out.disabled = true;
    session
      .signOut()
      .catch(() => setText(byId('connection'), 'The server cannot be reached; you are still signed in.'))
      .finally(() => (out.disabled = false));
  });
  place.append(element('p', {}, subject, tenant), out);
  const draw = (): void => {
    const { visitor } = session;
    place.hidden = !visitor;
    if (!visitor) return;
    setText(subject, visitor.subject);
    setText(tenant, `tenant ${visitor.tenantId}`);
    subject.title = `May ${visitor.scopes.join(', ')}`;
    out.hidden = !visitor.hasCookie;
  };
  session.onChange(draw);
  draw();
}
