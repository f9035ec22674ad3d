import type { EventFilter } from '../../event/filter.ts';

/** A stream mode of LangGraph, and what it becomes here. */
export interface ModeRow {
  readonly mode: string;
  /** Types that are made of it; it is asked for where a run keeps one of them. */
  readonly types: readonly string[];
}

/**
 * All stream modes that become events, by Dockrion's rule: who wants no tokens does not make the graph stream messages.
 * `custom:*` stands for every custom type. Of LangGraph 1.7, `pregel/types.d.ts`.
 */
export const MODES: readonly ModeRow[] = [
  { mode: 'messages', types: ['token', 'llm.response', 'custom:tool-input'] },
  { mode: 'updates', types: ['step'] },
  { mode: 'tasks', types: ['node.started', 'node.completed', 'node.failed', 'step'] },
  { mode: 'tools', types: ['tool.called', 'tool.completed', 'tool.failed'] },
  { mode: 'custom', types: ['progress', 'checkpoint', 'artifact', 'action', 'observation', 'custom:*'] },
];

/**
 * The modes that a graph is asked for: those whose events the run keeps, and `values`, which holds its state at the end.
 * `more` are asked for besides.
 */
export function streamModesOf(record: EventFilter, more: readonly string[] = []): string[] {
  const wanted = MODES.filter(({ types }) => types.some(type => isKept(record, type)));
  return [...new Set(['values', ...wanted.map(({ mode }) => mode), ...more])];
}

/** Of custom types a run may keep only some, whose names nobody knows before they are said. */
function isKept(record: EventFilter, type: string): boolean {
  if (type !== 'custom:*') return record.passes(type);
  return record.passesAll || record.spec.some(name => name.startsWith('custom:'));
}
