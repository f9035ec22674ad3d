import { Role, TaskState, type Message, type StreamResponse } from '@a2a-js/sdk';
import { ClientFactory, type Client } from '@a2a-js/sdk/client';
import { EXTENSION } from '../../../src/bridges/a2a/event-table.ts';

export type { Client };
export { TaskState };

/** The real client, over the binding that it is told to prefer. */
export async function clientOf(url: string): Promise<Client> {
  return new ClientFactory().createFromUrl(url);
}

let messages = 0;

/** A message of a user that says `text`. */
export function said(text: string, more: Partial<Message> = {}): { message: Message } & typeof NOTHING {
  messages++;
  return {
    ...NOTHING,
    message: {
      ...{ messageId: `message-${process.pid}-${messages}`, role: Role.ROLE_USER, contextId: '', taskId: '' },
      parts: [{ content: { $case: 'text', value: text }, metadata: undefined, filename: '', mediaType: '' }],
      ...{ metadata: undefined, extensions: [], referenceTaskIds: [], ...more },
    },
  };
}

const NOTHING = { tenant: '', configuration: undefined, metadata: undefined };

/** Everything a stream carries, until it ends or `enough` says so. */
export async function heard(
  stream: AsyncGenerator<StreamResponse, void, undefined>,
  enough: (all: readonly StreamResponse[]) => boolean = () => false,
): Promise<StreamResponse[]> {
  const all: StreamResponse[] = [];
  for await (const response of stream) {
    all.push(response);
    if (enough(all)) break;
  }
  return all;
}

/** What one response says, in one word or two. */
export function wordOf({ payload }: StreamResponse): string {
  switch (payload?.$case) {
    case 'task':
      return `task ${stateName(payload.value.status?.state)}`;
    case 'statusUpdate':
      return stateName(payload.value.status?.state);
    case 'artifactUpdate': {
      const { artifact, append } = payload.value;
      const text = artifact?.parts
        .map(({ content }) => (content?.$case === 'text' ? content.value : '?'))
        .join('');
      return `${append ? '+' : ''}${artifact?.artifactId}=${text}`;
    }
    default:
      return 'message';
  }
}

/** Our part of a response's metadata. */
export function carriedOf({ payload }: StreamResponse): Record<string, unknown> {
  const { metadata } = payload!.value as { metadata?: Record<string, unknown> };
  return (metadata?.[EXTENSION] ?? {}) as Record<string, unknown>;
}

export function taskIdOf([first]: readonly StreamResponse[]): string {
  if (first?.payload?.$case !== 'task') throw new Error('the first response is no task');
  return first.payload.value.id;
}

export function stateName(state: TaskState | undefined): string {
  return (TaskState[state ?? 0] ?? 'NONE').replace('TASK_STATE_', '');
}
