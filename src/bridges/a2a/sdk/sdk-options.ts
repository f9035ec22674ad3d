import type { RunEventBus } from './run-event-bus.ts';
import type { SdkContext } from './sdk-types.ts';

/** How tasks of a server made with `@a2a-js/sdk` are kept. All optional. */
export interface SdkOptions {
  /**
   * Milliseconds of silence after which a task ends as failed (`PRODUCER_SILENT`) whose process is gone; one that lives
   * says so. Default: 5 minutes.
   */
  readonly idle?: number | undefined;
  /** Whose tasks a call sees. Default: those of its user, or of `default` where nobody has authenticated. */
  readonly tenantOf?: ((context: SdkContext) => string) | undefined;
  /** Stops the work on a task that another instance was asked to cancel: the `cancelTask` of the executor. */
  readonly cancelTask?: ((taskId: string, bus: RunEventBus) => Promise<void>) | undefined;
}

export const DEFAULT_SDK_IDLE = 300_000;
