import type { Json, JsonObject } from '../../event/json.ts';
import { contentText, objectOf, textOf, type LogTeller } from './log-teller.ts';
import type { StreamedBlocks } from './streamed-blocks.ts';

/** Signatures and marks of caches are for the provider alone. */
const BLOCK = new Set([
  ...['type', 'text', 'thinking', 'signature', 'id', 'name', 'input', 'cache_control'],
  ...['tool_use_id', 'content', 'is_error'],
]);

/** Tells a block of an answer, less what `streamed` has told of it. */
export function claudeCodeBlock(
  teller: LogTeller,
  part: JsonObject,
  { id, stop, streamed }: { readonly id: string; readonly stop: string; readonly streamed?: StreamedBlocks },
): void {
  const rest = (kind: 'text' | 'thinking'): string => {
    const text = textOf(part[kind]);
    return streamed?.id === id ? streamed.rest(kind, text) : text;
  };
  const type = textOf(part['type']);
  switch (type) {
    case 'text':
      teller.said(rest('text'), id, stop || 'stop');
      break;
    case 'thinking':
      teller.thought(rest('thinking'), id);
      break;
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      teller.called(textOf(part['id']) || id, textOf(part['name']), part['input'] ?? {});
      break;
    default:
      if (!type.endsWith('_tool_result')) {
        teller.unknown(part['type'], part);
        return;
      }
      claudeCodeResult(teller, part);
      return;
  }
  teller.keep(part, BLOCK);
}

/** Tells the result of a tool, of the user's side or of the provider's. */
export function claudeCodeResult(teller: LogTeller, part: JsonObject): void {
  const callId = textOf(part['tool_use_id']) || 'call';
  const content: Json = part['content'] ?? null;
  const error = textOf(objectOf(content)['error_code']);
  if (part['is_error'] === true || error !== '') teller.failed(callId, contentText(content) || error);
  else teller.completed(callId, content);
  teller.keep(part, BLOCK);
}
