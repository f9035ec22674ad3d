import { SluiceError } from '../errors/sluice-error.ts';
import { Detectors } from './detectors.ts';
import { ASSIGNMENT_RULE, PROVIDER_RULES } from './provider-rules.ts';
import { checkRule, ruleShape, type SecretRule, type SecretShape } from './secret-rule.ts';
import { jwt, privateKey, urlPassword } from './shapes.ts';

const MOST_RULES = 1_000;

/** Made once, and shared by all: shapes hold no state. */
let known: { readonly usual: readonly SecretShape[]; readonly all: readonly SecretShape[] } | undefined;

function ownShapes(): NonNullable<typeof known> {
  if (known === undefined) {
    const usual = [...PROVIDER_RULES.map(ruleShape), privateKey, jwt, urlPassword];
    known = { usual, all: [...usual, ruleShape(ASSIGNMENT_RULE)] };
  }
  return known;
}

/** The names of the rules that exist, in the order of their table; `assignment` is the one that is off by default. */
export function ruleNames(): readonly string[] {
  return [...new Set(ownShapes().all.map(({ name }) => name))];
}

/** Of all who chose nothing else, since they are the same. */
let usual: Detectors | undefined;

/**
 * The detectors for what was chosen: `true` is all of our rules but `assignment`, a list only those named, and a user's own
 * rules come on top. `undefined` if there is nothing to look for. Throws `BAD_OPTION`.
 */
export function chooseDetectors(
  detect: boolean | readonly string[],
  rules: readonly SecretRule[],
): Detectors | undefined {
  if (!isList(rules) || rules.length > MOST_RULES) {
    throw badChoice(
      'rules',
      `a list of at most ${MOST_RULES} rules { name, prefix, chars, min, max }`,
      rules,
    );
  }
  if (detect === true && rules.length === 0) return (usual ??= new Detectors(ownShapes().usual));
  const shapes = [...rules.map(rule => ruleShape(checkRule(rule))), ...chosen(detect)];
  const names = rules.map(({ name }) => name);
  const taken = names.find((name, at) => ruleNames().includes(name) || names.indexOf(name) < at);
  if (taken !== undefined) throw badChoice('rules', 'names that no other rule has', taken);
  return shapes.length === 0 ? undefined : new Detectors(shapes);
}

function chosen(detect: boolean | readonly string[]): readonly SecretShape[] {
  if (detect === false) return [];
  if (detect === true) return ownShapes().usual;
  if (!isList(detect)) throw badChoice('detect', 'true, false or names of rules', detect);
  const names = ruleNames();
  for (const name of detect as readonly unknown[]) {
    if (!names.includes(name as string)) throw badChoice('detect', `names of ${names.join(', ')}`, name);
  }
  return ownShapes().all.filter(({ name }) => detect.includes(name));
}

/** `Array.isArray` would make `any` of the items. */
function isList(given: unknown): boolean {
  return Array.isArray(given);
}

function badChoice(option: string, expected: string, got: unknown): SluiceError {
  const shown = typeof got === 'string' ? JSON.stringify(got.slice(0, 80)) : typeof got;
  return new SluiceError('BAD_OPTION', `secrets.${option}: expected ${expected}, got ${shown}.`);
}
