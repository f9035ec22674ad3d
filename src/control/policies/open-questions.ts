import type { Matter } from '../execution-context.ts';

/** A question that a policy asked, and who answered it, as far as the run has told. */
export interface OpenQuestion {
  readonly run: string;
  readonly question: string;
  readonly askId: unknown;
  /** `default` where nobody did in time. */
  readonly by: unknown;
}

/** Finds out who answered: what asks is told the answer alone, and the events of the run name the person. */
export class OpenQuestions {
  readonly #open = new Set<{ -readonly [Member in keyof OpenQuestion]: OpenQuestion[Member] }>();

  /** To be called before it is asked. */
  begin(run: string, question: string): OpenQuestion {
    const asked = { run, question, askId: undefined, by: undefined };
    this.#open.add(asked);
    return asked;
  }

  close(asked: OpenQuestion): void {
    this.#open.delete(asked);
  }

  hear(run: string, { type, data }: Matter): void {
    if (type !== 'ask' && type !== 'answer') return;
    for (const asked of this.#open) {
      if (asked.run !== run) continue;
      if (type === 'ask' && asked.askId === undefined && asked.question === data['question']) {
        asked.askId = data['askId'];
        return;
      }
      if (type === 'answer' && asked.askId === data['askId']) {
        asked.by = data['by'];
        return;
      }
    }
  }
}
