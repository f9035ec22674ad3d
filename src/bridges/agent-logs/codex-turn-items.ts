import type { JsonObject } from '../../event/json.ts';
import { listOf, objectOf, textOf, type LogTeller } from './log-teller.ts';

const PAYLOAD = new Set([...['type', 'thread_id', 'turn_id', 'item', 'started_at_ms', 'completed_at_ms']]);
const ITEM = new Set(['type', 'id', 'content', 'summary_text', 'raw_content', 'query', 'action']);

/**
 * Tells the `item_completed` of a rollout, which later versions of Codex write instead of their texts as messages; false
 * for one that it does not know, and for tools, whose calls and outputs are in the rollout as `response_item`.
 */
export function codexTurnItem(teller: LogTeller, payload: JsonObject): boolean {
  const item = objectOf(payload['item']);
  const id = textOf(item['id']) || 'item';
  switch (item['type']) {
    case 'UserMessage': {
      const parts = listOf(item['content']).map(objectOf);
      if (parts.some(({ type }) => type !== 'text')) return false;
      teller.user(parts.map(({ text }) => textOf(text)).join(''), id);
      break;
    }
    case 'AgentMessage':
      teller.said(
        joined(
          listOf(item['content']).map(part => objectOf(part)['text']),
          '',
        ),
        id,
        'stop',
      );
      break;
    case 'Reasoning': {
      const summary = joined(listOf(item['summary_text']), '\n\n');
      teller.thought(summary === '' ? joined(listOf(item['raw_content']), '\n\n') : summary, id);
      break;
    }
    case 'WebSearch':
      teller.called(id, 'web_search', { query: item['query'] ?? null, action: item['action'] ?? null });
      teller.completed(id, item);
      break;
    default:
      return false;
  }
  teller.keep(item, ITEM);
  teller.keep(payload, PAYLOAD);
  return true;
}

function joined(texts: readonly unknown[], between: string): string {
  return texts.map(textOf).join(between);
}
