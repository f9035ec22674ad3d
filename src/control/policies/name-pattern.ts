import { badOption, textsOption } from './policy-option.ts';

/**
 * Reads names, each exact or a beginning with `*` behind it; `*` alone is everything. The answer costs one lookup and
 * one comparison a beginning. Throws `BAD_OPTION`.
 */
export function namePattern(option: string, patterns: readonly string[]): (name: string) => boolean {
  const names = new Set<string>();
  const beginnings: string[] = [];
  for (const pattern of textsOption(option, patterns)) {
    const star = pattern.indexOf('*');
    if (star < 0) names.add(pattern);
    else if (star === pattern.length - 1) beginnings.push(pattern.slice(0, -1));
    else {
      const got = JSON.stringify(pattern.slice(0, 40));
      throw badOption(option, `expected names, or beginnings such as "search.*", got ${got}`);
    }
  }
  return name => names.has(name) || beginnings.some(beginning => name.startsWith(beginning));
}
