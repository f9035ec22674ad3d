export { type Produced, type StreamReader } from '../produced.ts';
export { type PartSource } from '../read-parts.ts';
export { AnthropicReader } from './anthropic-reader.ts';
export { type ModelToolCall } from './model-answer.ts';
export { type ModelReader, type ModelReaderOptions, type ModelUsage } from './model-reader.ts';
export { OpenAiReader } from './openai-reader.ts';
export {
  tellAnthropicMessage,
  tellOpenAiResponse,
  type ModelTold,
  type TellModelOptions,
} from './tell-model-stream.ts';
