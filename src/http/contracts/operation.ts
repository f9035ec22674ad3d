export type { Answer, Content, Operation, Operations, Parameter } from '../../bridges/described-operation.ts';
