export { backendLaws, type BackendLab, type BackendStep, checkProgram } from './backend-laws.ts';
export { gateLaws, type GateSubject, type GateUnderLaw } from './gate-laws.ts';
export { type Law } from './law.ts';
export { ManualClock } from './manual-clock.ts';
export { operatorLaws, type OperatorSubject } from './operator-laws.ts';
export { policyLaws, type PolicySubject } from './policy-laws.ts';
export { policyStoreLaws, type PolicyStoreLab } from './policy-store-laws.ts';
