import { posix } from 'node:path';
import ts from 'typescript';
import { nodesOf, placeOf, type SourceFile } from './source-file.ts';

/** One import or re-export, static, dynamic or inside a type. */
export interface Import {
  readonly from: string;
  /** A path from `src`, or the name of a package as written. */
  readonly to: string;
  readonly local: boolean;
  readonly typeOnly: boolean;
  readonly place: string;
}

export function importsOf(file: SourceFile): Import[] {
  const found: Import[] = [];
  for (const node of nodesOf(file.tree)) {
    const specifier = specifierOf(node);
    if (specifier === undefined) continue;
    const local = specifier.startsWith('.');
    found.push({
      from: file.path,
      to: local ? posix.normalize(posix.join(posix.dirname(file.path), specifier)) : specifier,
      local,
      typeOnly: isTypeOnly(node),
      place: placeOf(file, node),
    });
  }
  return found;
}

function specifierOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return literal(node.moduleSpecifier);
  if (ts.isImportTypeNode(node)) {
    return ts.isLiteralTypeNode(node.argument) ? literal(node.argument.literal) : undefined;
  }
  if (ts.isCallExpression(node) && isLoader(node.expression)) return literal(node.arguments[0]);
  return undefined;
}

function isLoader(callee: ts.Expression): boolean {
  return (
    callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require')
  );
}

function literal(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportTypeNode(node)) return true;
  if (ts.isExportDeclaration(node)) return node.isTypeOnly || everyElement(node.exportClause);
  if (!ts.isImportDeclaration(node)) return false;
  const clause = node.importClause;
  if (clause === undefined) return false;
  return (
    clause.phaseModifier === ts.SyntaxKind.TypeKeyword || (!clause.name && everyElement(clause.namedBindings))
  );
}

function everyElement(names: ts.NamedImportBindings | ts.NamedExportBindings | undefined): boolean {
  return (
    names !== undefined &&
    (ts.isNamedImports(names) || ts.isNamedExports(names)) &&
    names.elements.length > 0 &&
    names.elements.every((element: ts.ImportSpecifier | ts.ExportSpecifier) => element.isTypeOnly)
  );
}

/** Circles of imports, type-only ones included: each as `a → b → a`. */
export function cyclesOf(files: readonly SourceFile[]): string[] {
  const edges = new Map(files.map(file => [file.path, localTargets(file)]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) {
      cycles.push([...trail.slice(start), path].join(' → '));
      return;
    }
    if (done.has(path)) return;
    for (const target of edges.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return cycles;
}

function localTargets(file: SourceFile): string[] {
  return importsOf(file)
    .filter(({ local }) => local)
    .map(({ to }) => to);
}
