/** Whom a feed tells that there may be more. */
export interface Bell {
  ring(): void;
}

/** The bell of a feed that no connection has taken yet. */
export const SILENT: Bell = { ring: () => undefined };
