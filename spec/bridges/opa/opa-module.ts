import { gzipSync } from 'node:zlib';

/** Where texts of the module stand in its memory. */
const PLACES = { builtins: 1_024, entrypoints: 1_100, allow: 1_300, deny: 1_400, none: 1_500 } as const;
/** Where what is handed over may begin. */
const HEAP = 65_536;
const I32 = 0x7f;

/** A count, as WebAssembly writes it (unsigned LEB128). */
function count(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...count(value >>> 7)];
}

/** A number, as `i32.const` takes it (signed LEB128; not below 0 here). */
function number(value: number): number[] {
  return value < 64 ? [value] : [(value & 127) | 128, ...number(value >>> 7)];
}

const text = (value: string): number[] => [...count(value.length), ...Buffer.from(value)];
const list = (items: readonly (readonly number[])[]): number[] => [...count(items.length), ...items.flat()];
const section = (id: number, body: readonly number[]): number[] => [id, ...count(body.length), ...body];
const constant = (value: number): number[] => [0x41, ...number(value)];
const type = (params: number, results: number): number[] => [
  0x60,
  ...list(Array.from({ length: params }, () => [I32])),
  ...list(Array.from({ length: results }, () => [I32])),
];
const body = (code: readonly number[]): number[] => {
  const whole = [...list([]), ...code, 0x0b];
  return [...count(whole.length), ...whole];
};

/**
 * Rules as OPA compiles them, by hand, for its ABI 1.2 (https://www.openpolicyagent.org/docs/latest/wasm/): whether
 * `demo/allow` lets an input pass depends on whether a `!` stands in it, `demo/none` is never defined, and `demo/trap`
 * breaks.
 */
export function opaModule(): Uint8Array {
  const get = (local: number): number[] => [0x20, local];
  const evaluate = [
    // entrypoint 2: unreachable
    ...[...get(1), ...constant(2), 0x46, 0x04, 0x40, 0x00, 0x0b],
    // entrypoint 1: an empty set of results
    ...[...get(1), ...constant(1), 0x46, 0x04, 0x40, ...constant(PLACES.none), 0x0f, 0x0b],
    // for (; length; address++, length--) if (memory[address] === '!') return deny
    ...[0x02, 0x40, 0x03, 0x40],
    ...[...get(4), 0x45, 0x0d, 0x01],
    ...[...get(3), 0x2d, 0, 0, ...constant(0x21), 0x46, 0x04, 0x40, ...constant(PLACES.deny), 0x0f, 0x0b],
    ...[...get(3), ...constant(1), 0x6a, 0x21, 0x03],
    ...[...get(4), ...constant(1), 0x6b, 0x21, 0x04],
    ...[0x0c, 0x00, 0x0b, 0x0b],
    ...constant(PLACES.allow),
  ];
  const functions: readonly (readonly [name: string, type: number, code: readonly number[]])[] = [
    ['builtins', 0, constant(PLACES.builtins)],
    ['entrypoints', 0, constant(PLACES.entrypoints)],
    ['opa_heap_ptr_get', 0, constant(HEAP)],
    ['opa_heap_ptr_set', 1, []],
    ['opa_malloc', 2, constant(HEAP)],
    ['opa_json_dump', 2, get(0)],
    ['opa_json_parse', 3, get(0)],
    ['opa_eval', 4, evaluate],
  ];
  const globals = [
    ['opa_wasm_abi_version', 1],
    ['opa_wasm_abi_minor_version', 2],
  ] as const;
  const texts: readonly (readonly [number, string])[] = [
    [PLACES.builtins, '{}'],
    [PLACES.entrypoints, '{"demo/allow":0,"demo/none":1,"demo/trap":2}'],
    [PLACES.allow, '[{"result":{"allow":true}}]'],
    [PLACES.deny, '[{"result":{"allow":false,"reason":"no !"}}]'],
    [PLACES.none, '[]'],
  ];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list([type(0, 1), type(1, 0), type(1, 1), type(2, 1), type(7, 1)])),
    ...section(2, list([[...text('env'), ...text('memory'), 0x02, 0x00, 1]])),
    ...section(3, list(functions.map(([, kind]) => [kind]))),
    ...section(6, list(globals.map(([, value]) => [I32, 0, ...constant(value), 0x0b]))),
    ...section(
      7,
      list([
        ...functions.map(([name], at) => [...text(name), 0x00, at]),
        ...globals.map(([name], at) => [...text(name), 0x03, at]),
      ]),
    ),
    ...section(10, list(functions.map(([, , code]) => body(code)))),
    ...section(
      11,
      list(texts.map(([place, said]) => [0x00, ...constant(place), 0x0b, ...text(`${said}\0`)])),
    ),
  ]);
}

/** The files of a bundle, as `opa build` packs them. */
export function opaBundle(files: Readonly<Record<string, Uint8Array | string>>): Uint8Array {
  const blocks = Object.entries(files).flatMap(([name, given]) => {
    const content = Buffer.from(given);
    const head = Buffer.alloc(512);
    head.write(`/${name}`, 0);
    head.write(content.length.toString(8).padStart(11, '0'), 124);
    head.write('ustar', 257);
    return [head, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1_024)]));
}
