/** Whoever read the output has what it wanted, as `head` has. No failure: the command ends with 0, and quietly. */
export class ReaderLeft extends Error {
  override readonly name = 'ReaderLeft';
}
