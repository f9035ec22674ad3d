export { fileBackend, type FileBackendOptions } from './file-backend.ts';
export { type FileTrouble } from './open-store.ts';
export { type Fsync } from './sync-policy.ts';
export { exportFiles, type ExportOptions } from './export-files.ts';
export { type FileFinding } from './scan-files.ts';
export { verifyFiles, type VerifyProgress } from './verify-files.ts';
