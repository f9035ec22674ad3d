/** What becomes of one of our types. */
export interface ChatRow {
  /** A type, or what it is told apart by: `error` that ends the run and one that does not. */
  readonly ours: string;
  /** In this order. `start-step` comes before the first of a step, and is not named here. */
  readonly theirs: readonly string[];
  /** One sentence for whoever reads the guide. */
  readonly says: string;
}

/** Our vocabulary in chunks. A type that is not here is `data-<type>`. */
export const CHAT_EVENTS: readonly ChatRow[] = [
  { ours: 'started', theirs: ['start'], says: '`messageId` is the id of the run' },
  {
    ...{ ours: 'token', theirs: ['text-start', 'text-delta', 'text-end'] },
    says: 'one text per `messageId`, else per node until something else happens there; `finishReason` ends it',
  },
  {
    ...{ ours: 'token (reasoning)', theirs: ['reasoning-start', 'reasoning-delta', 'reasoning-end'] },
    says: 'a token whose `role` is reasoning or thinking',
  },
  {
    ...{ ours: 'action (think)', theirs: ['reasoning-start', 'reasoning-delta', 'reasoning-end'] },
    says: 'an action of the kind think, thinking, reason or reasoning that has content',
  },
  { ours: 'step', theirs: ['data-step', 'finish-step'], says: 'what comes next begins a step' },
  {
    ...{ ours: 'custom:tool-input', theirs: ['tool-input-start', 'tool-input-delta'] },
    says: 'arguments piece by piece (`callId`, `tool`, `delta`)',
  },
  {
    ...{ ours: 'tool.called', theirs: ['tool-input-start', 'tool-input-available'] },
    says: 'executed by the provider, so that the client leaves it alone',
  },
  {
    ...{ ours: 'custom:tool-output', theirs: ['tool-output-available'] },
    says: '`preliminary`: what a call (`callId`) has so far (`output`)',
  },
  { ours: 'tool.completed', theirs: ['tool-output-available'], says: 'the result as it is' },
  {
    ours: 'tool.failed',
    theirs: ['tool-output-error'],
    says: 'one that is tried again is `data-tool.failed`',
  },
  {
    ...{ ours: 'ask', theirs: ['tool-input-start', 'tool-input-available', 'finish-step', 'finish'] },
    says: 'a call of the tool `ask` that the client answers; the finish reason is `tool-calls`',
  },
  { ours: 'answer', theirs: ['tool-output-available'], says: 'behind another `start` of the same message' },
  {
    ...{ ours: 'node.started', theirs: ['data-node'] },
    says: 'one part per node, by its path, with `state`: running, done, failed or skipped',
  },
  { ours: 'node.completed', theirs: ['data-node'], says: 'the same part' },
  { ours: 'node.failed', theirs: ['data-node'], says: 'the same part' },
  { ours: 'node.skipped', theirs: ['data-node'], says: 'the same part' },
  { ours: 'progress', theirs: ['data-progress'], says: 'one part per step, else per node' },
  {
    ours: 'artifact',
    theirs: ['data-artifact'],
    says: 'one part per artifact; pieces are parts of their own',
  },
  {
    ...{ ours: 'artifact (file)', theirs: ['file'] },
    says: 'one whose type is a media type, and whose data are `{ url }`, of http or data, or `{ base64 }`',
  },
  { ours: 'custom:source', theirs: ['source-url'], says: 'where it has a `url` of http or https' },
  {
    ...{ ours: 'custom:source (document)', theirs: ['source-document'] },
    says: 'where it has `id`, `title` and `mediaType`, and no `url`',
  },
  { ours: 'custom:<name>', theirs: ['data-<name>'], says: 'under `<name>`, unless that is a type of ours' },
  {
    ours: 'complete',
    theirs: ['finish-step', 'finish'],
    says: 'what it returned is in `messageMetadata.sluice`',
  },
  { ours: 'cancelled', theirs: ['finish-step', 'abort'], says: 'with the reason' },
  { ours: 'error', theirs: ['finish-step', 'error', 'finish'], says: 'the finish reason is `error`' },
  { ours: 'error (recoverable)', theirs: ['data-error'], says: 'the run goes on' },
];

/** Types that are for whoever looks on and not part of the message. */
export const TRANSIENT: ReadonlySet<string> = new Set([
  ...['status', 'step', 'checkpoint', 'llm.prompt', 'llm.response', 'llm.failed'],
  ...['pipeline.started', 'pipeline.completed', 'pipeline.failed'],
  ...['wave.started', 'wave.completed', 'wave.failed'],
]);
