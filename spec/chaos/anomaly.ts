/** What a history shows that no history may. */
export interface Anomaly {
  /**
   * `lost`: acknowledged, and gone without a fault that may lose it · `phantom`: read, and said by nobody · `duplicate`:
   * twice along one line of cursors, or stored twice · `reordered`: in another order than it was said or numbered ·
   * `hole`: numbers missing without a notice · `divergent`: not what others read at that cursor, and no reset ·
   * `unfounded`: a notice of a loss that there was not · `no end`: a run, or a reader's view of it, that does not end ·
   * `after the end` · `unfenced`: taken from a writer whose run another one had claimed.
   */
  readonly anomaly:
    | 'lost'
    | 'phantom'
    | 'duplicate'
    | 'reordered'
    | 'hole'
    | 'divergent'
    | 'unfounded'
    | 'no end'
    | 'after the end'
    | 'unfenced';
  readonly run: string;
  readonly what: string;
}

/** An anomaly of one run. */
export type Finding = readonly [anomaly: Anomaly['anomaly'], what: string];
