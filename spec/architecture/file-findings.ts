import ts from 'typescript';
import { nodesOf, placeOf, type SourceFile } from './source-file.ts';
import type { TextFile } from './text-file.ts';

const MOST_LINES = 400;
const EMPTY_NAMES = /^(utils?|helpers?|commons?|shared|misc)$/;
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const SUPPRESSION = /eslint-disable|@ts-expect-error|@ts-ignore|@ts-nocheck/;

/** Files that are too long to hold one concept. */
export function sizeFindings(files: readonly TextFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split('\n').length;
    return lines > MOST_LINES ? [`${path}: ${lines} lines, at most ${MOST_LINES}. Split it by concept.`] : [];
  });
}

/** Files whose name says nothing. */
export function nameFindings(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path }) => {
    const words = path.replace(/(\.generated)?\.tsx?$/, '').split('/');
    return [
      ...words.filter(word => EMPTY_NAMES.test(word)).map(word => `${path}: "${word}" names no concept.`),
      ...words.filter(word => !KEBAB.test(word)).map(word => `${path}: "${word}" is not kebab-case.`),
    ];
  });
}

/** `export *` and default exports, which hide what a file offers and under which name. */
export function exportFormFindings(files: readonly SourceFile[]): string[] {
  return files.flatMap(file =>
    [...nodesOf(file.tree)].flatMap(node => {
      if (ts.isExportDeclaration(node) && !(node.exportClause && ts.isNamedExports(node.exportClause))) {
        return [`${placeOf(file, node)}: export * hides the names; list them.`];
      }
      return isDefaultExport(node) ? [`${placeOf(file, node)}: a default export has no name; name it.`] : [];
    }),
  );
}

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true;
  if (ts.isExportSpecifier(node)) return node.name.text === 'default';
  return (
    ts.canHaveModifiers(node) &&
    (ts.getModifiers(node) ?? []).some(modifier => modifier.kind === ts.SyntaxKind.DefaultKeyword)
  );
}

/** Suppressed rules and type errors that do not say why, after ` -- `. */
export function suppressionFindings(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .map((line, index) => ({ line, place: `${path}:${index + 1}` }))
      .filter(({ line }) => SUPPRESSION.test(line) && !/ -- \S.{9,}/.test(line))
      .map(({ place }) => `${place}: a suppression needs its reason after " -- ".`),
  );
}
