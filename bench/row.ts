import type { Need } from './needs.ts';

/** What one operation of a case costs, in the unit of its row. Measured in a process of its own. */
export type Case = () => Promise<number>;

export type Unit = 'ns' | 'µs' | 'B' | '/s';

/** What the numbers are held against. */
export interface Goal {
  /** `ratio`: ours by base. `value`: ours alone. `difference`: ours less base. */
  readonly of: 'ratio' | 'value' | 'difference';
  readonly atMost: number;
}

/** One line of the table: what Sluice costs beside a bare base, and beside others who do the like. */
export interface Row {
  /** Selects it on the command line, by its beginning. */
  readonly name: string;
  readonly what: string;
  readonly unit: Unit;
  readonly goal: Goal;
  /** What the base is. */
  readonly against: string;
  /** Without it the row is left out. Default: nothing but Node. */
  readonly needs?: readonly Need[];
  readonly base: Case;
  readonly ours: Case;
  readonly others: Readonly<Record<string, Case>>;
}
