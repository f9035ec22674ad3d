import type { PartRow } from '../part-row.ts';

/**
 * What becomes of the events of an opencode server, and in brackets of their parts; then of the lines of `opencode run
 * --format json`, and of what it exports and stores. What is not here becomes `custom:opencode.<type>`.
 */
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
  { theirs: 'message.part.delta', ours: ['token'], says: 'a piece of the text or the reasoning of its part' },
  {
    theirs: 'todo.updated',
    ours: ['progress'],
    says: 'how many are done, the list as `details`; whole where it is empty',
  },
  {
    theirs: 'permission.asked',
    ours: ['custom:opencode.permission.asked'],
    says: 'whole, as `permission.replied` and `question.*`: an `ask`, and so its `answer`, is one that this engine put to people and that they can answer here; a call that was rejected is `tool.failed`',
  },
  {
    theirs: 'session.error',
    ours: ['custom:opencode.session.error', 'error'],
    says: 'cancelled where it is `MessageAbortedError`',
  },
  {
    theirs: 'session.idle',
    ours: ['custom:opencode.session.idle'],
    says: 'the agent is done, unless an error came before; also a `session.status` that is `idle`',
  },
  {
    theirs: 'tool_use',
    ours: ['tool.called', 'tool.completed', 'tool.failed'],
    says: 'a line of `opencode run --format json`, as all below; `text` and `reasoning` are as their parts',
  },
  {
    theirs: 'step_finish',
    ours: ['llm.response'],
    says: 'the part is the response; the reason `stop` completes the run',
  },
  {
    theirs: 'error',
    ours: ['custom:opencode.error', 'error'],
    says: 'as `session.error`',
  },
  { theirs: 'done', ours: ['custom:opencode.done'], says: 'the agent is done, unless an error came before' },
  {
    theirs: 'messages',
    ours: [
      'custom:opencode.session',
      'token',
      'tool.called',
      'tool.completed',
      'tool.failed',
      'llm.response',
    ],
    says: 'the object that `opencode export` writes: the session, then each message behind its parts; a message or part that was stored as a file of its own is read alike',
  },
];
