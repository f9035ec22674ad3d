/** Pieces that are kept, and the largest that is: what one reader wants at once. */
const [PIECES, LARGEST] = [4, 512 * 1_024];
const STEP = 64 * 1_024;
/** What Node itself has at hand. */
const SMALL = 4_096;

/** Memory for what is read and written, used again and again: new memory costs more than to read a page into it. */
export class SpareMemory {
  readonly #pieces: Buffer[] = [];

  /** At least `length` bytes with anything in them. */
  take(length: number): Buffer {
    if (length <= SMALL) return Buffer.allocUnsafe(length);
    const piece = this.#pieces.findLast(piece => piece.length >= length);
    if (!piece) return Buffer.allocUnsafeSlow(Math.ceil(length / STEP) * STEP);
    this.#pieces.splice(this.#pieces.indexOf(piece), 1);
    return piece;
  }

  /** Nobody looks at it any more. */
  give(piece: Buffer): void {
    if (piece.length > SMALL && piece.length <= LARGEST && this.#pieces.length < PIECES)
      this.#pieces.push(piece);
  }
}
