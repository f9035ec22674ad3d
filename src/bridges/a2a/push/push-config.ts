/** Where updates of a task are sent. */
export interface PushConfig {
  readonly taskId: string;
  /** Chosen by the client, or by the server. */
  readonly id: string;
  readonly url: string;
  /** Sent as `X-A2A-Notification-Token`. */
  readonly token?: string | undefined;
  /** Sent as `Authorization: <scheme> <credentials>`. */
  readonly authentication?:
    { readonly scheme: string; readonly credentials?: string | undefined } | undefined;
}

/** A configuration as a client asks for it. */
export type WantedPush = Omit<PushConfig, 'id' | 'taskId' | 'authentication'> & {
  readonly taskId?: string | undefined;
  readonly id?: string | undefined;
  readonly authentication?:
    { readonly scheme: string; readonly credentials?: string | undefined } | undefined;
};
