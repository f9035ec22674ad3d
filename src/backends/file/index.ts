export { fileBackend, type FileBackendOptions } from './file-backend.ts';
export { type FileTrouble } from './open-store.ts';
export { type Fsync } from './sync-policy.ts';
export { verifyFiles, type FileFinding, type VerifyProgress } from './verify-files.ts';
