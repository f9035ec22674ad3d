import { Texts } from '../texts.ts';
import type { AgUiEvent, AgUiRole } from './ag-ui-event.ts';

const ROLES: ReadonlySet<string> = new Set<AgUiRole>(['assistant', 'user', 'system', 'developer']);

/** Texts and thoughts in the words of AG-UI. A role that AG-UI does not have is the name of an assistant. */
export function agUiTexts(say: (event: AgUiEvent) => void): Texts {
  return new Texts({
    begin({ id: messageId, role, isThought }) {
      if (isThought) {
        say({ type: 'REASONING_START', messageId });
        say({ type: 'REASONING_MESSAGE_START', messageId, role: 'reasoning' });
      } else if (role === undefined || ROLES.has(role)) {
        say({ type: 'TEXT_MESSAGE_START', messageId, role: (role ?? 'assistant') as AgUiRole });
      } else {
        say({ type: 'TEXT_MESSAGE_START', messageId, role: 'assistant', name: role });
      }
    },
    goOn({ id: messageId, isThought }, delta) {
      say({ type: isThought ? 'REASONING_MESSAGE_CONTENT' : 'TEXT_MESSAGE_CONTENT', messageId, delta });
    },
    end({ id: messageId, isThought }) {
      if (!isThought) return say({ type: 'TEXT_MESSAGE_END', messageId });
      say({ type: 'REASONING_MESSAGE_END', messageId });
      say({ type: 'REASONING_END', messageId });
    },
  });
}
