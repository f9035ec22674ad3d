/** What JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
/** A plain JSON object. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}
