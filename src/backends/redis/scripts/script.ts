/**
 * A Lua script as Redis runs it. Rules for all of them: every check before the first write, since Redis undoes nothing
 * after an error; the first write is one that a full Redis refuses; numbers that are stored are written with `%.0f`,
 * since Lua turns 1e14 and up into `1e+14`; every key is declared, and all have the hash tag of one run (`extend` takes
 * several runs where one server has them all). A hint that Redis refuses to pass on fails nothing.
 */
export interface Script {
  readonly name: string;
  readonly lua: string;
}
