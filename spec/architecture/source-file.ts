import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** One file of `src`, read but not judged. Guards take a list of these, so that a spec can plant a fault. */
export interface SourceFile {
  /** From `src`, with slashes: `event/cursor.ts`. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

function sourceFile(path: string, text: string): SourceFile {
  return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) };
}

/** A house of files that exist only here, to plant a fault in. */
export function house(files: Readonly<Record<string, string>>): SourceFile[] {
  return Object.entries(files).map(([path, text]) => sourceFile(path, text));
}

/** Every TypeScript file below `src`. */
export function readSources(root = join(import.meta.dirname, '../../src')): SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map(path => path.replaceAll('\\', '/'))
    .filter(path => /\.tsx?$/.test(path))
    .sort()
    .map(path => sourceFile(path, readFileSync(join(root, path), 'utf8')));
}

/** `event/cursor.ts:12`, where a reader of the finding looks. */
export function placeOf(file: SourceFile, node: ts.Node): string {
  return `${file.path}:${file.tree.getLineAndCharacterOfPosition(node.getStart(file.tree)).line + 1}`;
}

/** Each node of the tree, parents first. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, child => void children.push(child));
  for (const child of children) yield* nodesOf(child);
}
