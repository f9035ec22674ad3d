import { SluiceError } from '../../index.ts';

type Variables = Readonly<Record<string, string | undefined>>;

const VARIABLE = /\$\$\{|\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}|\$\{/g;

/**
 * A value of a file of settings with variables in the place of `${NAME}` and `${NAME:-otherwise}`; `$${` is `${`. Looked
 * for in texts that were read, so that a variable can make no structure; what it gives is not looked at again. Throws
 * `BAD_OPTION` for a variable that is not set or empty, and names the key, never a value.
 */
export function withVariables(
  value: unknown,
  env: Variables,
  { file, key }: { file: string; key: string },
): unknown {
  if (typeof value === 'string') return substituted(value, env, `${file}: ${key}`);
  if (Array.isArray(value))
    return value.map((item, at) => withVariables(item, env, { file, key: `${key}[${at}]` }));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      withVariables(item, env, { file, key: key === '' ? name : `${key}.${name}` }),
    ]),
  );
}

function substituted(text: string, env: Variables, place: string): string {
  return text.replace(VARIABLE, (match, name: string | undefined, otherwise: string | undefined) => {
    if (match === '$${') return '${';
    if (name === undefined)
      throw new SluiceError(
        'BAD_OPTION',
        `${place}: expected \${NAME} or \${NAME:-otherwise}, got another "\${". Write "$\${" for the characters themselves.`,
      );
    const value = env[name] || otherwise;
    if (value !== undefined) return value;
    throw new SluiceError(
      'BAD_OPTION',
      `${place}: expected the variable ${name} to be set. Set it, or write \${${name}:-otherwise}.`,
    );
  });
}
