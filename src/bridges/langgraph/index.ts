export { type Produced, type StreamReader } from '../produced.ts';
export { gatedTools, type LangChainTool } from './gated-tools.ts';
export { GraphReader, type GraphInterrupt, type GraphReaderOptions } from './graph-reader.ts';
export {
  markThread,
  resumeGraph,
  runGraph,
  type CompiledGraph,
  type GraphConfig,
  type GraphRunOptions,
} from './graph-run.ts';
export { questionOf, type GraphQuestion, type QuestionOf } from './interrupts.ts';
export { langGraphAgent, type LangGraphAgentOptions } from './langgraph-agent.ts';
export { streamModesOf } from './mode-table.ts';
