/** What the server answered: its JSON, or why it refused. */
export type Answer<Body> = { readonly body: Body } | { readonly problem: string };

/** Asks the server; never rejects. */
export async function ask<Body>(path: string): Promise<Answer<Body>> {
  return answerOf(() => fetch(path, { headers: { accept: 'application/json' } }));
}

/** Sends JSON to the server; never rejects. */
export async function send<Body>(path: string, body: unknown): Promise<Answer<Body>> {
  return answerOf(() =>
    fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    }),
  );
}

async function answerOf<Body>(request: () => Promise<Response>): Promise<Answer<Body>> {
  try {
    const response = await request();
    const text = await response.text();
    const body = (text === '' ? {} : JSON.parse(text)) as Body & { detail?: string; title?: string };
    return response.ok ? { body } : { problem: body.detail ?? body.title ?? `${response.status}` };
  } catch {
    return { problem: 'The server cannot be reached just now.' };
  }
}
