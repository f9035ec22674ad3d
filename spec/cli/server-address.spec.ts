import { describe, expect, it } from '@jest/globals';
import { serverOf } from '../../src/cli/server-address.ts';

describe('the server of a command', () => {
  it('is this machine, unless a variable or, before it, a flag says otherwise', () => {
    expect(serverOf({}, {}).url).toBe('http://127.0.0.1:4400');
    expect(serverOf({}, { SLUICE_URL: '' }).url).toBe('http://127.0.0.1:4400');
    const env = { SLUICE_URL: 'https://a.example/mount/' };
    expect(serverOf({}, env)).toMatchObject({ url: 'https://a.example/mount', urlFlag: '' });
    expect(serverOf({ url: 'localhost:1' }, env)).toMatchObject({
      url: 'http://localhost:1',
      urlFlag: ' --url http://localhost:1',
    });
  });

  it('is given headers, of flags before those of variables', () => {
    const env = { SLUICE_HEADERS: 'X-One: 1\nAuthorization: Bearer old\n' };
    expect(serverOf({ header: ['authorization: Bearer a:b'] }, env).headers).toEqual({
      'x-one': '1',
      authorization: 'Bearer a:b',
    });
  });

  it('is given a key, unless a header says more', () => {
    const key = `sluice_${'k'.repeat(43)}`;
    expect(serverOf({ url: 'http://me:it@h' }, { SLUICE_API_KEY: key }).headers).toEqual({
      authorization: `Bearer ${key}`,
    });
    const env = { SLUICE_API_KEY: key, SLUICE_HEADERS: 'Authorization: Bearer other' };
    expect(serverOf({}, env).headers).toEqual({ authorization: 'Bearer other' });
    expect(serverOf({}, { SLUICE_API_KEY: '' }).headers).toEqual({});
    const check = () => serverOf({}, { SLUICE_API_KEY: `Bearer ${key}` });
    expect(check).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
    expect(check).not.toThrow(key);
  });

  it('is given the credentials of an address as a header, and shows them nowhere', () => {
    const password = ['hunter', '2'].join('');
    const server = serverOf({ url: `http://me:${password}@h:1/?x=${password}` }, {});
    expect(server.headers).toEqual({ authorization: `Basic ${btoa(`me:${password}`)}` });
    expect(server.url + server.urlFlag).toBe('http://h:1 --url http://h:1');
    expect(() => serverOf({ url: `ftp://me:${password}@h` }, {})).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', message: expect.not.stringContaining(password) }),
    );
  });

  it.each(['', 'http://', 'ftp://h', 'http://h:x', '::', 'http://%@h'])('cannot be at %j', url => {
    expect(() => serverOf({ url }, {})).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  });

  it.each(['no colon', ': x', 'na me: x', 'a: \u0000'])(
    'takes no header %j, and does not repeat its value',
    line => {
      const check = () => serverOf({ header: [`${line}${'secret'}`] }, {});
      expect(check).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
      expect(check).not.toThrow('secret');
    },
  );
});
