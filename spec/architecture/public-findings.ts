import ts from 'typescript';
import { exportedNames, type ExportedName } from './exported-names.ts';
import { placeOf, type SourceFile } from './source-file.ts';

/** The files that `exports` of package.json opens. */
export const DOORS: readonly string[] = [
  'index.ts',
  'operators/index.ts',
  'testing/index.ts',
  'http/index.ts',
  'http/jwt/index.ts',
  'client/index.ts',
  'client/socket/index.ts',
  'client/react/index.ts',
  'backends/file/index.ts',
  'backends/redis/index.ts',
  'bridges/dockrion/index.ts',
  'bridges/a2a/index.ts',
  'bridges/a2a-queue/index.ts',
  'bridges/ai-sdk/index.ts',
  'bridges/langgraph/index.ts',
  'bridges/model-streams/index.ts',
  'bridges/opa/index.ts',
  'bridges/cloudevents/index.ts',
  'bridges/kafka/index.ts',
  'bridges/ag-ui/index.ts',
  'bridges/opentelemetry/index.ts',
  'bridges/agent-logs/index.ts',
  'sinks/index.ts',
  'dashboard/index.ts',
];

const OPERATOR_TAGS = ['marbles', 'temperature', 'timing', 'ordering', 'completes', 'errors', 'memory'];

/** Public names without a word on what they do for the caller. */
export function docFindings(files: readonly SourceFile[], doors = DOORS): string[] {
  return publicNames(files, doors)
    .filter(({ node }) => !docOf(node))
    .map(({ name, file, node }) => `${placeOf(file, node)}: the public ${name} has no doc comment.`);
}

/** Public operators that do not answer each question a user has of an operator. */
export function operatorTagFindings(files: readonly SourceFile[], doors = DOORS): string[] {
  return publicNames(files, doors)
    .filter(isOperator)
    .flatMap(({ name, file, node }) => {
      const tags = new Set(ts.getJSDocTags(node).map(tag => tag.tagName.text));
      const absent = OPERATOR_TAGS.filter(tag => !tags.has(tag)).map(tag => `@${tag}`);
      return absent.length > 0
        ? [`${placeOf(file, node)}: the operator ${name} lacks ${absent.join(' ')}.`]
        : [];
    });
}

/** Exports whose name is one of RxJS's: users import both. */
export function rxjsNameFindings(files: readonly SourceFile[], taken: ReadonlySet<string>): string[] {
  return files.flatMap(file =>
    exportedNames(file, [file])
      .filter(({ name }) => taken.has(name))
      .map(({ name, node }) => `${placeOf(file, node)}: ${name} is a name of RxJS; choose another.`),
  );
}

function publicNames(files: readonly SourceFile[], doors: readonly string[]): ExportedName[] {
  const names = files.filter(({ path }) => doors.includes(path)).flatMap(file => exportedNames(file, files));
  return [...new Map(names.map(exported => [exported.node, exported])).values()];
}

/** A function that returns an operator, or one on the operators' shelf that does not say what it returns. */
function isOperator({ file, node }: ExportedName): boolean {
  if (!ts.isFunctionDeclaration(node)) return false;
  if (node.type === undefined) return file.path.startsWith('operators/');
  return /OperatorFunction\b/.test(node.type.getText(file.tree));
}

function docOf(node: ts.Node): boolean {
  return ts.getJSDocCommentsAndTags(node).length > 0;
}
