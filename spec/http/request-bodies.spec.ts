import { describe, expect, it } from '@jest/globals';
import { ADAPTERS } from './adapters.ts';
import { expectProblem } from './expect-problem.ts';
import { httpLab } from './http-lab.ts';

describe.each(Object.entries(ADAPTERS))('bodies, through a %s', (_, serve) => {
  const lab = httpLab(serve);

  const send = (body: string, type = 'application/json'): Promise<Response> =>
    lab.fetch('/runs', { method: 'POST', headers: { 'content-type': type }, body });

  it('takes JSON alone', async () => {
    await expectProblem(await send('{}', 'text/plain'), 400, 'BAD_REQUEST');
    await expectProblem(await send('{', 'application/json'), 400, 'BAD_REQUEST');
    await expectProblem(await send('[]'), 400, 'BAD_REQUEST');
    const ok = await send('{"agent":"greet"}', 'application/vnd.acme+json; charset=utf-8');
    expect(ok.status).toBe(202);
  });

  it('refuses __proto__ wherever it is', async () => {
    for (const body of [
      '{"__proto__":{"x":1}}',
      '{"agent":"greet","input":{"a":[{"__proto__":1}]}}',
      '{"agent":"greet","input":{"\\u005f_proto__":1}}',
    ]) {
      const problem = await expectProblem(await send(body), 400, 'BAD_REQUEST');
      expect(problem.detail).toContain('__proto__');
    }
  });

  it('refuses bytes that are not UTF-8', async () => {
    const body = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]);
    const headers = { 'content-type': 'application/json' };
    await expectProblem(await lab.fetch('/runs', { method: 'POST', headers, body }), 400, 'BAD_REQUEST');
  });

  it('stops at the limit, also where the length is not told', async () => {
    const small = await serve(lab.engine, { bodyLimit: 2_000 });
    const large = JSON.stringify({ agent: 'greet', input: 'x'.repeat(3_000) });
    const headers = { 'content-type': 'application/json' };
    const told = await small.fetch('/runs', { method: 'POST', headers, body: large });
    await expectProblem(told, 413, 'BODY_TOO_LARGE');
    const body = new Blob([large]).stream();
    const untold = await small.fetch('/runs', {
      method: 'POST',
      headers,
      body,
      duplex: 'half',
    } as RequestInit);
    await expectProblem(untold, 413, 'BODY_TOO_LARGE');
    await small.close();
  });
});
