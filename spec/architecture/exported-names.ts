import { posix } from 'node:path';
import ts from 'typescript';
import type { SourceFile } from './source-file.ts';

/** A name that a file offers, and where it is declared. */
export interface ExportedName {
  readonly name: string;
  readonly file: SourceFile;
  readonly node: ts.Node;
}

/** What a file exports; re-exports are followed to the declaration. */
export function exportedNames(file: SourceFile, files: readonly SourceFile[]): ExportedName[] {
  return file.tree.statements.flatMap(statement => {
    if (ts.isExportDeclaration(statement)) return reExported(statement, file, files);
    return isExported(statement)
      ? declaredNames(statement).map(name => ({ name, file, node: statement }))
      : [];
  });
}

function reExported(
  { exportClause, moduleSpecifier }: ts.ExportDeclaration,
  file: SourceFile,
  files: readonly SourceFile[],
): ExportedName[] {
  if (!exportClause || !ts.isNamedExports(exportClause)) return [];
  const origin = moduleSpecifier && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : undefined;
  const target = origin && files.find(({ path }) => path === posix.join(posix.dirname(file.path), origin));
  return exportClause.elements.map(({ name, propertyName }) => {
    const original = (propertyName ?? name).text;
    const found = target
      ? exportedNames(target, files).find(exported => exported.name === original)
      : localDeclaration(original, file);
    return { ...(found ?? { file, node: exportClause }), name: name.text };
  });
}

function localDeclaration(name: string, file: SourceFile): ExportedName | undefined {
  const node = file.tree.statements.find(statement => declaredNames(statement).includes(name));
  return node && { name, file, node };
}

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}

function declaredNames(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  }
  const named =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement);
  return named && statement.name ? [statement.name.text] : [];
}
