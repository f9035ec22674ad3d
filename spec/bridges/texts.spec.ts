import { describe, expect, it } from '@jest/globals';
import { Texts } from '../../src/bridges/texts.ts';
import type { EventOf } from '../../src/event/run-event.ts';

/** What is said of tokens: `<id` begins a text, `>id` ends it, a `~` marks thoughts. */
function said(
  ...tokens: readonly (Partial<EventOf<'token'>['data']> & { readonly node?: string })[]
): string {
  const words: string[] = [];
  const texts = new Texts({
    begin: ({ id, isThought }) => void words.push(`<${isThought ? '~' : ''}${id}`),
    goOn: (_, content) => void words.push(content),
    end: ({ id }) => void words.push(`>${id}`),
  });
  for (const [at, { node, ...data }] of tokens.entries()) {
    const seq = at + 1;
    texts.token({ id: `e.${seq}.0`, seq, node, data: { content: '', ...data } } as EventOf<'token'>);
  }
  texts.closeAll();
  return words.join(' ');
}

describe('texts of tokens', () => {
  it('are one per name, else one per node', () => {
    expect(
      said({ content: 'a', messageId: 'm' }, { content: 'b', node: 'n' }, { content: 'c', messageId: 'm' }),
    ).toBe('<e:m a <e-2 b c >e:m >e-2');
  });

  it('go on as whose they began', () => {
    expect(said({ content: 'a', role: 'critic' }, { content: 'b' }, { content: 'c', role: 'user' })).toBe(
      '<e-1 a b >e-1 <e-3 c >e-3',
    );
  });

  it('are no thoughts unless they say so, whatever was thought before', () => {
    const thought = { content: 't', role: 'thinking' };
    expect(said(thought, thought, { content: 'a' }, { content: 'b' })).toBe(
      '<~e-1:reasoning t t >e-1:reasoning <e-3 a b >e-3',
    );
    expect(said({ ...thought, messageId: 'm' }, { content: 'a', messageId: 'm' })).toBe(
      '<~e:m:reasoning t <e:m a >e:m:reasoning >e:m',
    );
  });

  it('are told in the order in which they were thought and said', () => {
    const thought = { content: 't', role: 'reasoning' };
    expect(said(thought, { content: 'a' }, thought, { content: 'b' })).toBe(
      '<~e-1:reasoning t >e-1:reasoning <e-2 a >e-2 <~e-3:reasoning t >e-3:reasoning <e-4 b >e-4',
    );
  });

  it('end where they say so, and what only ends begins none', () => {
    expect(said({ content: 'a' }, { finishReason: 'stop' }, { finishReason: 'stop' }, { content: 'b' })).toBe(
      '<e-1 a >e-1 <e-4 b >e-4',
    );
  });
});
