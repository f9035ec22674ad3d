import { describe, expect, it } from '@jest/globals';
import { welcome } from '../../src/cli/welcome.ts';

const SERVER = { version: '1.2.3', url: 'http://127.0.0.1:4400', agents: ['hello'] };

describe('welcome', () => {
  it('says where the server is and what it serves', () => {
    expect(welcome(SERVER)).toContain('Open  http://127.0.0.1:4400\n');
    expect(welcome(SERVER)).toContain('Agents: hello');
  });

  it('says what becomes of runs: gone with memory, kept with files', () => {
    expect(welcome(SERVER)).toContain('in memory and are gone');
    const kept = welcome({ ...SERVER, place: '/srv/data' });
    expect(kept).toContain('Runs are kept in /srv/data, also when the server stops.');
    expect(kept).not.toContain('gone');
  });
});
