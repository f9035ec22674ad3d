import { gunzipSync } from 'node:zlib';
import { badOption } from '../../control/policies/policy-option.ts';

/** What a bundle holds that decides. */
export interface OpaBundle {
  readonly wasm: Uint8Array;
  /** The base documents; absent where there are none. */
  readonly data: unknown;
}

const BLOCK = 512;
/** More is no policy. */
const LARGEST = 256 * 1024 * 1024;

/**
 * Reads what `opa build -t wasm` writes, a gzipped tar (POSIX.1-1988 ustar) with `/policy.wasm` and `/data.json`, or a
 * bare WebAssembly module. Synchronous. Throws `BAD_OPTION` for anything else.
 */
export function readBundle(bytes: Uint8Array): OpaBundle {
  if (isWasm(bytes)) return { wasm: bytes, data: undefined };
  let files;
  try {
    files = filesOf(gunzipSync(bytes, { maxOutputLength: LARGEST }));
  } catch {
    throw badBundle('got neither gzip nor WebAssembly');
  }
  const wasm = files.get('policy.wasm');
  if (!wasm || !isWasm(wasm)) {
    throw badBundle('found no policy.wasm in it. Build it with: opa build -t wasm -e <path>');
  }
  const data = files.get('data.json');
  try {
    return { wasm, data: data && (JSON.parse(new TextDecoder().decode(data)) as unknown) };
  } catch {
    throw badBundle('its data.json is no JSON');
  }
}

function filesOf(tar: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0;) {
    const name = textAt(tar, at, 100).replace(/^\.?\//, '');
    const size = Number.parseInt(textAt(tar, at + 124, 12), 8) || 0;
    files.set(name, tar.subarray(at + BLOCK, at + BLOCK + size));
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end)).trim();
}

function isWasm(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d;
}

function badBundle(problem: string): Error {
  return badOption('opaWasmPolicy: bundle', `expected a bundle of OPA as bytes, ${problem}`);
}
