export { type CursorFileOptions, fileCursorStore } from './file-cursor-store.ts';
export { jsonlFileSink, type JsonlFileOptions } from './jsonl-file-sink.ts';
