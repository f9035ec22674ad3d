import { wireLine } from '../../event/codec.ts';
import { scanFiles, type FileFinding } from './scan-files.ts';

/** Which events to export. Default: all. */
export interface ExportOptions {
  readonly runId?: string | undefined;
  readonly tenantId?: string | undefined;
  /** Told what is broken; it is left out. */
  readonly onFinding?: ((finding: FileFinding) => void) | undefined;
}

/**
 * The events of a folder that {@link fileBackend} writes in, as JSON lines without their breaks: run by run, each in
 * order, as they stand on the wire. Changes nothing. Rejects with what the disk says. Memory: the records, and one group.
 */
export async function* exportFiles(dir: string, options: ExportOptions = {}): AsyncGenerator<string> {
  const { runId, tenantId, onFinding } = options;
  const scan = scanFiles(
    dir,
    record =>
      (runId === undefined || record.runId === runId) &&
      (tenantId === undefined || record.tenantId === tenantId),
  );
  for await (const scanned of scan) {
    if (scanned.found === 'finding') onFinding?.(scanned.finding);
    if (scanned.found !== 'events') continue;
    for (const { cursor, line } of scanned.entries) yield wireLine(line, cursor);
  }
}
