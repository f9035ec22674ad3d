/** The body of an answer, which the caller knows the shape of. */
export async function jsonOf<T>(answer: Response): Promise<T> {
  return (await answer.json()) as T;
}
