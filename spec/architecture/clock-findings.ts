import ts from 'typescript';
import { nodesOf, placeOf, type SourceFile } from './source-file.ts';

const FORBIDDEN_NAMES = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']);
const FORBIDDEN_MEMBERS = new Set([
  'Date.now',
  'performance.now',
  'Math.random',
  'process.hrtime',
  'process.nextTick',
  'crypto.randomUUID',
  'crypto.getRandomValues',
  'AbortSignal.timeout',
]);
const GLOBALS = new Set(['globalThis', 'window', 'self', 'global']);

/** Uses of the machine's clock, timers and randomness outside the room that owns them. */
export function clockFindings(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => !path.startsWith('time/'))
    .flatMap(file =>
      [...nodesOf(file.tree)].flatMap(node => {
        const use = clockUse(node);
        return use === undefined ? [] : [`${placeOf(file, node)}: ${use} belongs in src/time.`];
      }),
    );
}

function clockUse(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) return forbiddenMember(node);
  if (ts.isIdentifier(node))
    return FORBIDDEN_NAMES.has(node.text) && isValueUse(node) ? node.text : undefined;
  if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'Date') {
    return (node.arguments?.length ?? 0) === 0 ? 'the time of now (Date without arguments)' : undefined;
  }
  const module =
    ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier) && node.moduleSpecifier.text;
  return module && /^(node:)?timers(\/|$)/.test(module) ? module : undefined;
}

function forbiddenMember({ expression, name }: ts.PropertyAccessExpression): string | undefined {
  const owner = expression.getText().split('.').at(-1)!;
  const member = `${owner}.${name.text}`;
  return FORBIDDEN_MEMBERS.has(member) || (GLOBALS.has(owner) && FORBIDDEN_NAMES.has(name.text))
    ? member
    : undefined;
}

/** Not the name of a property, a method, a parameter or a type. */
function isValueUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isTypeNode(parent)) return false;
  return !('name' in parent && parent.name === node) || ts.isShorthandPropertyAssignment(parent);
}
