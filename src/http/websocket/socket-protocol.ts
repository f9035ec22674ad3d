/** What both sides of a WebSocket speak; clients offer it as `Sec-WebSocket-Protocol`. */
export const SUBPROTOCOL = 'sluice.v1';

/** What may be sent of one subscription before more is granted, unless it says otherwise: items of up to 4 KB. */
export const DEFAULT_CREDIT = 256;
/** What one subscription may be granted at the most. */
export const MOST_CREDIT = 65_536;

/** Why a socket is closed, as the code of its close says. 1002, 1007, 1009 are told by the protocol itself. */
export const CLOSE_CODES = {
  /** The server closes, or the time of the socket is over: come back with the cursors. */
  leaving: 1001,
  /** A message was not text. */
  notText: 1003,
  /** Too many messages could not be understood. */
  notUnderstood: 1008,
  /** The credential has expired: come back with a new one. */
  expired: 4401,
} as const;
