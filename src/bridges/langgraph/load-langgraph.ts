import type * as LangGraph from '@langchain/langgraph';
import { SluiceError } from '../../errors/sluice-error.ts';

/** The optional peer, where a graph goes on after a question. Rejects with `MISSING_PEER`. */
export async function loadLangGraph(): Promise<typeof LangGraph> {
  try {
    return await import('@langchain/langgraph');
  } catch (error) {
    throw new SluiceError(
      'MISSING_PEER',
      'langgraph: expected the package @langchain/langgraph, which is not installed. Run: npm install @langchain/langgraph@1',
      { cause: error },
    );
  }
}
