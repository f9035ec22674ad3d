import axe from 'axe-core';
import type { Page } from 'playwright-core';

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe finds on a page that keeps people out: of serious or critical impact. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // The policy of the page lets no other script in, so this one comes by the debugger.
  const violations = await page.evaluate<Violation[]>(
    `${axe.source}; axe.run().then(({ violations }) => violations)`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}
