import type { FieldMap } from '../field-map.ts';
import type { PartRow } from '../part-row.ts';

/** What becomes of the parts of `streamText(…).fullStream`. Of `ai` 6.0.326, `generate-text/stream-text-result.ts`. */
export const PARTS: readonly PartRow[] = [
  { theirs: 'start', ours: [], says: 'the run began already' },
  {
    theirs: 'start-step',
    ours: ['llm.prompt'],
    says: '`messages` are those of the request, where its body names them',
  },
  { theirs: 'text-start', ours: [], says: 'names the text' },
  {
    theirs: 'text-delta',
    ours: ['token'],
    says: '`messageId` is `step-<n>/<id>`: ids begin anew in every step',
  },
  { theirs: 'text-end', ours: [], says: 'the text is ended by `finish-step`, which knows why' },
  { theirs: 'reasoning-start', ours: [], says: 'names the thought' },
  { theirs: 'reasoning-delta', ours: ['token'], says: 'with the role `thinking`' },
  { theirs: 'reasoning-end', ours: [], says: 'ended by `finish-step`, too' },
  { theirs: 'tool-input-start', ours: [], says: 'names the tool of the arguments that follow' },
  { theirs: 'tool-input-delta', ours: ['custom:tool-input'], says: '`delta` with `partial: true`' },
  { theirs: 'tool-input-end', ours: ['custom:tool-input'], says: 'an empty `delta` with `last: true`' },
  { theirs: 'tool-call', ours: ['tool.called'], says: 'of a gated tool: said by its gate' },
  { theirs: 'tool-result', ours: ['tool.completed'], says: 'of a gated tool: said by its gate' },
  { theirs: 'tool-result (preliminary)', ours: ['custom:tool-output'], says: 'what it has so far' },
  { theirs: 'tool-error', ours: ['tool.failed'], says: 'the run goes on: the model is told' },
  { theirs: 'tool-output-denied', ours: ['tool.failed'], says: 'with the code `VETOED`' },
  { theirs: 'tool-approval-request', ours: [], says: 'asked by the agent as `ask`' },
  { theirs: 'source', ours: ['custom:source'], says: 'as it is' },
  { theirs: 'file', ours: ['artifact'], says: '`artifactType` is its media type' },
  {
    theirs: 'finish-step',
    ours: ['token', 'llm.response', 'step'],
    says: 'an empty token ends each text of the step; usage and finish reason are in the response',
  },
  { theirs: 'finish', ours: [], says: 'its finish reason and usage are what the reader returns' },
  { theirs: 'abort', ours: [], says: 'the run is cancelled, or fails with an `AbortError`' },
  { theirs: 'error', ours: [], says: 'what the agent throws once the stream is over' },
];

/** A chunk of a UI message stream as the part that says the same. */
export interface ChunkRow {
  readonly chunk: string;
  readonly part: string;
  /** Members that go under another name. */
  readonly fields?: FieldMap['fields'] | undefined;
  /** Members that all parts of this kind have. */
  readonly implied?: Readonly<Record<string, string>> | undefined;
}

/** Chunks that are not here have the name and members of their part. Of `ai` 6.0.326, `ui-message-chunks.ts`. */
export const UI_CHUNKS: readonly ChunkRow[] = [
  { chunk: 'text-delta', part: 'text-delta', fields: [{ theirs: 'delta', ours: 'text' }] },
  { chunk: 'reasoning-delta', part: 'reasoning-delta', fields: [{ theirs: 'delta', ours: 'text' }] },
  { chunk: 'tool-input-start', part: 'tool-input-start', fields: [{ theirs: 'toolCallId', ours: 'id' }] },
  {
    chunk: 'tool-input-delta',
    part: 'tool-input-delta',
    fields: [
      { theirs: 'toolCallId', ours: 'id' },
      { theirs: 'inputTextDelta', ours: 'delta' },
    ],
  },
  { chunk: 'tool-input-available', part: 'tool-call' },
  { chunk: 'tool-input-error', part: 'tool-error', fields: [{ theirs: 'errorText', ours: 'error' }] },
  { chunk: 'tool-output-available', part: 'tool-result' },
  { chunk: 'tool-output-error', part: 'tool-error', fields: [{ theirs: 'errorText', ours: 'error' }] },
  {
    chunk: 'source-url',
    part: 'source',
    fields: [{ theirs: 'sourceId', ours: 'id' }],
    implied: { sourceType: 'url' },
  },
  {
    chunk: 'source-document',
    part: 'source',
    fields: [{ theirs: 'sourceId', ours: 'id' }],
    implied: { sourceType: 'document' },
  },
  { chunk: 'error', part: 'error', fields: [{ theirs: 'errorText', ours: 'error' }] },
];
