import type { Page } from 'playwright-core';

/** A task that kept the page from answering. Milliseconds, from the start of the page. */
export interface LongTask {
  readonly at: number;
  readonly length: number;
}

/** Notes from the first moment of the next page on what keeps it from answering: tasks of more than 50 ms. */
export async function noteLongTasks(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const tasks: { at: number; length: number }[] = [];
    Object.assign(globalThis, { longTasks: tasks });
    new PerformanceObserver(list => {
      for (const { startTime, duration } of list.getEntries()) {
        tasks.push({ at: Math.round(startTime), length: Math.round(duration) });
      }
    }).observe({ type: 'longtask', buffered: true });
  });
}

/** Those of the page so far, in their order. */
export function longTasks(page: Page): Promise<LongTask[]> {
  return page.evaluate(() => (globalThis as unknown as { longTasks: LongTask[] }).longTasks);
}
