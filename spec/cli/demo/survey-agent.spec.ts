import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SURVEY_BOUNDS, type SurveyBounds } from '../../../src/cli/demo/survey/bounds.ts';
import { surveyAgent } from '../../../src/cli/demo/survey/survey-agent.ts';
import type { RunEvent } from '../../../src/index.ts';
import { collectRun } from './collect-run.ts';

let outside: string;
let root: string;

beforeEach(() => {
  outside = mkdtempSync(join(tmpdir(), 'sluice-survey-'));
  root = join(outside, 'garden');
  write('readme.md', 'one\ntwo\nthree');
  write('src/a.ts', 'a\n'.repeat(10));
  write('src/deep/b.ts', 'b\n'.repeat(5));
  write('logo.png', '\0\n\n');
});
afterEach(() => rmSync(outside, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const survey = (bounds: Partial<SurveyBounds> = {}, seconds = 0) =>
  collectRun([surveyAgent(root, { ...SURVEY_BOUNDS, ...bounds })], 'survey', { seconds });

const textOf = (events: RunEvent[]) =>
  events.map(event => (event.type === 'token' ? event.data.content : '')).join('');
const warnings = (events: RunEvent[]) =>
  events.flatMap(event => (event.type === 'error' && event.data.recoverable ? [event.data.message] : []));

describe('survey', () => {
  it('counts what is there, step by step', async () => {
    const events = await survey();
    expect(events.at(-1)).toMatchObject({
      type: 'complete',
      data: { output: { folder: 'garden', files: 4, folders: 3, lines: 18, unreadable: 0 } },
    });
    const called = events.filter(({ type }) => type === 'tool.called');
    const completed = events.filter(({ type }) => type === 'tool.completed');
    expect(called).toHaveLength(6);
    expect(completed.map(({ data }) => (data as { callId: string }).callId)).toEqual(
      called.map(({ data }) => (data as { callId: string }).callId),
    );
    expect(
      events.filter(({ type }) => type === 'step').map(({ data }) => (data as { name: string }).name),
    ).toEqual(['list', 'read', 'report']);
    expect(events.filter(({ type }) => type === 'checkpoint')).toHaveLength(1);
  });

  it('streams the report that it leaves as an artifact', async () => {
    const events = await survey();
    const artifact = events.find(event => event.type === 'artifact');
    expect(artifact).toMatchObject({ data: { name: 'survey.md', data: { text: textOf(events) } } });
    expect(textOf(events)).toContain('# Survey of garden');
    expect(textOf(events)).toContain('`src/a.ts`, 10 lines');
  });

  it('tells progress that only grows, from 0 to 1', async () => {
    const fractions = (await survey()).flatMap(event =>
      event.type === 'progress' ? [event.data.fraction] : [],
    );
    expect(fractions[0]).toBe(0);
    expect(fractions.at(-1)).toBe(1);
    expect([...fractions].sort((a, b) => a - b)).toEqual(fractions);
  });

  it('leaves out what tools made, and follows no link', async () => {
    write('node_modules/x/index.js', 'x\n');
    write('.git/HEAD', 'x\n');
    write('dist/a.js', 'x\n');
    writeFileSync(join(outside, 'secret.txt'), 'secret\n');
    symlinkSync(join(outside, 'secret.txt'), join(root, 'link.txt'));
    symlinkSync(outside, join(root, 'src/up'));
    const events = await survey();
    expect(events.at(-1)).toMatchObject({ data: { output: { files: 4, lines: 18 } } });
    expect(textOf(events)).toContain('5 entries that are links or were made by tools');
    expect(JSON.stringify(events)).not.toContain(outside);
  });

  it('warns of what cannot be read and goes on', async () => {
    const events = await collectRun([surveyAgent(root)], 'survey', { seconds: 0 }, ({ type }) => {
      if (type === 'checkpoint') rmSync(join(root, 'src/a.ts'), { force: true });
    });
    expect(warnings(events)).toEqual(['src/a.ts could not be read (ENOENT).']);
    expect(events.at(-1)).toMatchObject({ type: 'complete', data: { output: { files: 3, unreadable: 1 } } });
  });

  it('survives a folder that is gone', async () => {
    rmSync(root, { recursive: true });
    const events = await survey();
    expect(events.at(-1)).toMatchObject({ type: 'complete', data: { output: { files: 0, unreadable: 1 } } });
    expect(events.some(({ type }) => type === 'tool.failed')).toBe(true);
  });

  it.each([
    [{ files: 2 }, { files: 2 }, '2 files'],
    [{ folders: 2 }, { folders: 2 }, '2 folders'],
    [{ depth: 1 }, { files: 3 }, '1 folders deep'],
    [{ bytes: 3 }, { files: 4 }, '3 bytes'],
    [{ fileBytes: 4 }, { files: 4 }, 'the first 4 bytes of a file'],
  ])('keeps the bound %j', async (bounds, output, bound) => {
    const events = await survey(bounds);
    expect(events.at(-1)).toMatchObject({ type: 'complete', data: { output } });
    expect(warnings(events)).toEqual([`The survey stops at ${bound}.`]);
  });

  it('stops at once when it is cancelled', async () => {
    const events = await collectRun([surveyAgent(root)], 'survey', { seconds: 600 }, ({ type }, cancel) => {
      if (type === 'tool.completed') cancel();
    });
    expect(events.at(-1)).toMatchObject({ type: 'cancelled', data: { reason: 'enough' } });
    expect(events.at(-1)!.data).not.toHaveProperty('forced');
  });

  it('takes no folder from its input', async () => {
    const events = await collectRun([surveyAgent(root)], 'survey', { seconds: 0, folder: '/', root: '/' });
    expect(events.at(-1)).toMatchObject({
      type: 'complete',
      data: { output: { folder: 'garden', files: 4 } },
    });
  });
});
