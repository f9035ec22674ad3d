/** What becomes of one kind of part of a stream. The readers are checked against these rows, and the guides show them. */
export interface PartRow {
  /** The part, and in brackets what it is told apart by. */
  readonly theirs: string;
  /** Types that are made of it, in this order; none where it only says what others mean. */
  readonly ours: readonly string[];
  /** One sentence for whoever reads the guide. */
  readonly says: string;
}
