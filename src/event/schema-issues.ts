import type * as z from 'zod';

/** Who sends a thousand mistakes is not sent a thousand answers. */
const MOST = 10;
const LONGEST = 1_000;

interface SchemaIssuesOptions {
  /** A name for a path, which is empty for the value itself. */
  readonly nameOf: (path: string) => string;
  /** What hides secrets, before a text is cut. */
  readonly mask?: ((text: string) => string) | undefined;
}

/**
 * What a schema found wrong: at most ten texts of at most 1,000 characters, and how many more there are. Of a union each
 * alternative says what it expected.
 */
export function schemaIssues(
  { issues }: { readonly issues: readonly z.core.$ZodIssue[] },
  { nameOf, mask = text => text }: SchemaIssuesOptions,
): string[] {
  const told = issues
    .slice(0, MOST)
    .map(issue => mask(`${nameOf(issue.path.join('.'))}: ${textOf(issue)}`).slice(0, LONGEST));
  return issues.length > MOST ? [...told, `and ${issues.length - MOST} more`] : told;
}

function textOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_union') return issue.message;
  const expected = issue.errors.flatMap(([first]) => {
    if (!first) return [];
    const path = first.path.join('.');
    return [path === '' ? textOf(first) : `${path}: ${textOf(first)}`];
  });
  return expected.length === 0 ? issue.message : [...new Set(expected)].join(', or ');
}
