import type { TimelineEntry, TimelineRow } from './timeline-row.ts';

/** Pipelines and waves of one place, in the order in which they began. */
type Frames = Map<string | undefined, TimelineEntry[]>;

/** Puts entries below what they happened in, each list in the order in which things began; `loose` ones by their time. */
export function treeOf(entries: TimelineEntry[], loose: readonly TimelineEntry[]): readonly TimelineRow[] {
  entries.sort((a, b) => a.seq - b.seq);
  const nodes = new Map(
    entries.flatMap(entry => (entry.path === undefined ? [] : [[entry.path, entry.key]])),
  );
  const frames = { pipeline: framesOf(entries, 'pipeline'), wave: framesOf(entries, 'wave') };
  const inside = new Map<string | undefined, TimelineEntry[]>();
  for (const entry of entries) {
    const around = aroundOf(entry, frames) ?? nodeAround(entry, nodes);
    const siblings = inside.get(around);
    if (siblings) siblings.push(entry);
    else inside.set(around, [entry]);
  }
  const top = inside.get(undefined) ?? [];
  for (const entry of loose) top.splice(placeByTime(top, entry), 0, entry);
  const rows: TimelineRow[] = [];
  const place = (list: readonly TimelineEntry[], depth: number): void => {
    for (const entry of list) {
      rows.push({ ...entry, depth });
      place(inside.get(entry.key) ?? [], depth + 1);
    }
  };
  place(top, 0);
  return rows;
}

function framesOf(entries: readonly TimelineEntry[], kind: TimelineEntry['kind']): Frames {
  const frames: Frames = new Map();
  for (const entry of entries) {
    if (entry.kind !== kind) continue;
    const before = frames.get(entry.node);
    if (before) before.push(entry);
    else frames.set(entry.node, [entry]);
  }
  return frames;
}

/** The wave of a node; the pipeline of a wave, and of a node that is in no wave. */
function aroundOf(
  { kind, seq, node, wave, path, startedAt }: TimelineEntry,
  frames: { readonly pipeline: Frames; readonly wave: Frames },
): string | undefined {
  if (kind !== 'node' && kind !== 'wave') return undefined;
  const where = kind === 'node' && path !== undefined ? upwards(path) : node;
  if (kind === 'node' && wave !== undefined) {
    const found = frames.wave.get(where)?.findLast(frame => frame.seq < seq && frame.wave === wave);
    if (found) return found.key;
  }
  const isOpen = ({ startedAt: begun, durationMs }: TimelineEntry): boolean =>
    durationMs === undefined || Date.parse(begun) + durationMs >= Date.parse(startedAt);
  return frames.pipeline.get(where)?.findLast(frame => frame.seq < seq && isOpen(frame))?.key;
}

/** The nearest node around it that was seen. */
function nodeAround({ node, path }: TimelineEntry, nodes: ReadonlyMap<string, string>): string | undefined {
  let around = path === undefined ? node : upwards(path);
  while (around !== undefined && !nodes.has(around)) around = upwards(around);
  return around === undefined ? undefined : nodes.get(around);
}

function placeByTime(list: readonly TimelineEntry[], { startedAt }: TimelineEntry): number {
  const at = list.findIndex(entry => entry.startedAt > startedAt);
  return at < 0 ? list.length : at;
}

function upwards(path: string): string | undefined {
  const end = path.lastIndexOf('/');
  return end < 0 ? undefined : path.slice(0, end);
}
