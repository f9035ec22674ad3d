import type { PartRow } from '../part-row.ts';

/** What becomes of the events of an opencode server, and in brackets of their parts. What is not here becomes `custom:opencode.<type>`. */
export const OPENCODE_RECORDS: readonly PartRow[] = [
  {
    theirs: 'message.updated',
    ours: ['llm.response', 'llm.failed'],
    says: 'once, when an answer is complete; else whole as `custom:opencode.message.updated`',
  },
  {
    theirs: 'message.part.updated (text)',
    ours: ['token'],
    says: 'what is new in it, since each repeats the whole; a text that was changed begins anew under `<id>/<number>`',
  },
  { theirs: 'message.part.updated (reasoning)', ours: ['token'], says: 'with the role `thinking`' },
  {
    theirs: 'message.part.updated (tool)',
    ours: ['tool.called', 'tool.completed', 'tool.failed'],
    says: 'by its status; what says nothing new is whole as `custom:opencode.message.part.updated`',
  },
  {
    theirs: 'session.error',
    ours: ['custom:opencode.session.error', 'error'],
    says: 'cancelled where it is `MessageAbortedError`',
  },
  {
    theirs: 'session.idle',
    ours: ['custom:opencode.session.idle'],
    says: 'the agent is done, unless an error came before',
  },
  {
    theirs: 'tool_use',
    ours: ['tool.called', 'tool.completed', 'tool.failed'],
    says: 'a line of `opencode run --format json`',
  },
];
