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
export type WantedPush = Omit<PushConfig, 'id' | 'taskId'> & {
  readonly taskId?: string | undefined;
  readonly id?: string | undefined;
};

/** A configuration as it is shown: whoever may read a task may not speak in the name of who configured it. */
export function shownConfig(
  { taskId, id, url, authentication }: PushConfig,
  mask: (text: string) => string,
): Omit<PushConfig, 'token'> {
  const { scheme } = authentication ?? {};
  return { taskId, id, url: mask(url), ...(scheme !== undefined && { authentication: { scheme } }) };
}
