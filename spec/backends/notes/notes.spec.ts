import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { NOTES_AT_ONCE, type Note, type Notes } from '../../../src/backends/notes.ts';
import { randomName } from '../../../src/time/random-name.ts';
import { codeOf } from '../../support/code-of.ts';
import { untilAsked } from '../../support/settle.ts';
import { KINDS, notesLab, type NotesLab } from './notes-lab.ts';

const note = (name: string, more: Partial<Note> = {}): Note => ({
  name,
  mark: 'one',
  text: 't',
  at: '0',
  ...more,
});
const FREE = { holder: 'first', limits: [] };
const namesOf = (notes: readonly Note[]): string[] => notes.map(({ name }) => name);

describe.each(KINDS)('notes of a %s backend', kind => {
  let lab: NotesLab;
  let notes: Notes;
  let room: string;
  beforeAll(async () => {
    lab = await notesLab(kind);
    ({ notes } = await lab.open());
  });
  beforeEach(() => void (room = `r${randomName(8)}`));
  afterAll(() => lab.close());

  it('are listed by what their names begin with, as they were written last', async () => {
    await notes.put(note(`${room}/a/2`, { text: 'ü "x"\n y', at: 'e.1.0' }), FREE);
    await notes.put(note(`${room}/a/1`), FREE);
    await notes.put(note(`${room}/ab`), FREE);
    await notes.put(note(`${room}/a/1`, { mark: 'two', text: 'new' }), FREE);
    expect(await notes.list(`${room}/a/`)).toEqual([
      note(`${room}/a/1`, { mark: 'two', text: 'new' }),
      note(`${room}/a/2`, { text: 'ü "x"\n y', at: 'e.1.0' }),
    ]);
    expect(await notes.list('nothing')).toEqual([]);
    expect([await notes.count(`${room}/a/`), await notes.count('nothing')]).toEqual([2, 0]);
  });

  it('are refused where a limit is reached, but written anew', async () => {
    const limits = [
      { prefix: `${room}/t/`, most: 3 },
      { prefix: `${room}/t/x/`, most: 1 },
    ];
    const put = (name: string): unknown => notes.put(note(`${room}/${name}`), { holder: 'first', limits });
    expect(await put('t/x/1')).toBeUndefined();
    expect(await put('t/x/2')).toBe(`${room}/t/x/`);
    expect(await put('t/x/1')).toBeUndefined();
    expect(await notes.put(note(`${room}/t/y`), FREE)).toBeUndefined();
    expect(await notes.put(note(`${room}/t/z`), FREE)).toBeUndefined();
    expect(await put('t/w')).toBe(`${room}/t/`);
    expect(namesOf(await notes.list(`${room}/t/`))).toHaveLength(3);
  });

  it('are moved by the holder of this writing alone', async () => {
    const name = `${room}/m`;
    await notes.put(note(name), FREE);
    expect(await notes.move({ name, mark: 'one' }, 'first', '5')).toBe(true);
    expect(await notes.move({ name, mark: 'one' }, 'second', '6')).toBe(false);
    expect(await notes.move({ name, mark: 'two' }, 'first', '7')).toBe(false);
    expect(await notes.list(name)).toEqual([note(name, { at: '5' })]);
  });

  it('are removed, by their mark only that writing of them', async () => {
    const name = `${room}/r`;
    await notes.put(note(name, { mark: 'two' }), FREE);
    await notes.remove({ name, mark: 'one' });
    expect(await notes.list(name)).toHaveLength(1);
    await notes.remove({ name });
    await notes.remove({ name });
    expect(await notes.list(name)).toEqual([]);
    expect(await notes.move({ name, mark: 'two' }, 'first', '1')).toBe(false);
  });

  it('are given to another holder once their own has left, and not before, each once', async () => {
    const [gone, next, third] = [`a${randomName(6)}`, `b${randomName(6)}`, `c${randomName(6)}`] as const;
    await notes.hold(gone);
    for (let n = 0; n < NOTES_AT_ONCE + 3; n++) {
      await notes.put(note(`${room}/${n}`), { holder: gone, limits: [] });
    }
    const mine = (given: readonly Note[]): Note[] => given.filter(({ name }) => name.startsWith(room));
    expect(mine(await notes.hold(next))).toEqual([]);
    await notes.leave(gone);
    const given = await Promise.all([
      notes.hold(next),
      notes.hold(third),
      notes.hold(next),
      notes.hold(third),
    ]);
    const names = mine(given.flat()).map(({ name }) => name);
    expect(new Set(names).size).toBe(NOTES_AT_ONCE + 3);
    expect(names).toHaveLength(NOTES_AT_ONCE + 3);
    expect(await notes.move({ name: `${room}/1`, mark: 'one' }, gone, '1')).toBe(false);
  });

  it('fail once the backend is closed', async () => {
    const other = await notesLab(kind);
    const opened = await other.open();
    await opened.close();
    expect(opened.notes.closed).toBe(true);
    expect(await codeOf(async () => opened.notes.hold('first'))).toBe('STORAGE_LOST');
    await other.close();
  });
});

describe('notes in files', () => {
  let lab: NotesLab;
  beforeEach(async () => void (lab = await notesLab('file')));
  afterEach(() => lab.close());

  it('outlive the process and a line that was not finished, and are for this user alone', async () => {
    const path = join(lab.folder, 'notes.journal');
    const first = await lab.open();
    expect(readdirSync(lab.folder)).not.toContain('notes.journal');
    await first.notes.put(note('a'), FREE);
    await first.notes.put(note('b', { text: 'kept' }), FREE);
    await first.notes.move({ name: 'b', mark: 'one' }, 'first', '9');
    await first.notes.remove({ name: 'a' });
    await first.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    writeFileSync(path, '["put","c","one","0', { flag: 'a' });

    const second = await lab.open();
    expect(await second.notes.hold('second')).toEqual([note('b', { text: 'kept', at: '9' })]);
    await second.notes.put(note('d'), FREE);
    expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(2);
    await second.close();

    const third = await lab.open();
    expect(namesOf(await third.notes.list(''))).toEqual(['b', 'd']);
  });

  it('are written anew when most lines say nothing any more', async () => {
    const { notes } = await lab.open();
    await notes.put(note('a'), FREE);
    for (let n = 1; n <= 2_500; n++) await notes.move({ name: 'a', mark: 'one' }, 'first', String(n));
    const lines = readFileSync(join(lab.folder, 'notes.journal'), 'utf8').trim().split('\n');
    expect(lines.length).toBeLessThan(1_010);
  });
});

describe('notes in Redis', () => {
  let lab: NotesLab;
  beforeEach(async () => void (lab = await notesLab('redis')));
  afterEach(() => lab.close());

  it('are given to another instance when their holder says nothing for its lease', async () => {
    const [first, second] = [await lab.open(), await lab.open()];
    await first.notes.hold('silent');
    await first.notes.put(note('mine'), { holder: 'silent', limits: [] });
    expect(await second.notes.hold('heir')).toEqual([]);
    let given: readonly Note[] = [];
    await untilAsked(async () => (given = await second.notes.hold('heir')).length > 0, 'the note');
    expect(namesOf(given)).toEqual(['mine']);
    expect(await first.notes.move({ name: 'mine', mark: 'one' }, 'silent', '1')).toBe(false);
    expect(await second.notes.move({ name: 'mine', mark: 'one' }, 'heir', '1')).toBe(true);
  });
});
