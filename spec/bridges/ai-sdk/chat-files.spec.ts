import { expect, it } from '@jest/globals';
import { readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai';
import { ChatMapper, partOfChunk, TextStreamReader } from '../../../src/bridges/ai-sdk/index.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import { partsOf } from './chat-lab.ts';

const given: readonly UIMessageChunk[] = [
  { type: 'start', messageId: 'm' },
  { type: 'start-step' },
  { type: 'file', mediaType: 'image/png', url: 'data:image/png;base64,aGk=' },
  { type: 'file', mediaType: 'application/pdf', url: 'https://example.com/a.pdf' },
  { type: 'source-url', sourceId: 's1', url: 'https://example.com', title: 'Example' },
  { type: 'source-document', sourceId: 's2', mediaType: 'text/plain', title: 'Notes', filename: 'notes.txt' },
  { type: 'finish-step' },
  { type: 'finish' },
];

async function read(chunks: readonly UIMessageChunk[]): Promise<UIMessage | undefined> {
  const stream = new ReadableStream<UIMessageChunk>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  let last: UIMessage | undefined;
  for await (const message of readUIMessageStream({ stream })) last = message;
  return last;
}

function mapped(drafts: readonly { readonly type: string; readonly data: object }[]): UIMessageChunk[] {
  const mapper = new ChatMapper();
  const chunks = drafts.flatMap(({ type, data }, at) =>
    mapper.next({
      id: `e.${at + 1}.0`,
      runId: 'r',
      tenantId: 't',
      seq: at + 1,
      time: '',
      type,
      data,
    } as RunEvent),
  );
  return chunks.map(({ chunk }) => chunk as UIMessageChunk);
}

it('files and sources of a message are those of the message that a run told', async () => {
  const reader = new TextStreamReader();
  const told = given
    .flatMap(chunk => reader.read(partOfChunk(chunk)))
    .filter(({ type }) => /artifact|custom:source/.test(type));
  expect(told).toHaveLength(4);
  expect(partsOf(await read(mapped(told)))).toEqual(partsOf(await read(given)));
});

const script = ['java', 'script:alert(1)'].join('');

it.each([
  ...[script, script.replace('java', 'Java'), ` ${script}`, '\u0001' + script, script.replace('s', 's\n')],
  ...['data:text/html,hello', 'vbscript:x', 'file:///etc/hosts', '//example.com', 'https:example.com', '', 7],
])('a source at %j is data, with all that was said of it', url => {
  const data = { id: 's1', url, title: 'Example', mediaType: 'text/plain' };
  const chunks = mapped([{ type: 'custom:source', data }]);
  expect(chunks.slice(2)).toEqual([{ type: 'data-source', id: '1', data }]);
});

it.each(['http://example.com', 'HTTPS://example.com/a?b#c'])('a source at %s is a source', url => {
  const chunks = mapped([{ type: 'custom:source', data: { url } }]);
  expect(chunks.slice(2)).toMatchObject([{ type: 'source-url', sourceId: url, url }]);
});

it('an artifact that is no file, or whose address nobody should open, is data', () => {
  const artifact = (artifactType: string, data: unknown, more = {}) => ({
    type: 'artifact',
    data: { artifactId: 'a', artifactType, data, ...more },
  });
  const types = (...drafts: Parameters<typeof mapped>[0]) =>
    mapped(drafts)
      .map(({ type }) => type)
      .filter(type => !type.startsWith('start'));
  expect(
    types(
      artifact('report', { url: 'https://example.com' }),
      artifact('text/html', { url: script }),
      artifact('image/png', { base64: 'aGk=' }, { partial: true }),
      artifact('image/png', 'aGk='),
    ),
  ).toEqual(Array(4).fill('data-artifact'));
});
