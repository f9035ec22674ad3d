export { opaPolicy, type OpaPolicyOptions } from './opa-policy.ts';
export { opaWasmPolicy, type OpaWasmPolicyOptions } from './opa-wasm-policy.ts';
