/** A direct method on its way to a client; `payload` is JSON text, `null` where the caller gave none. */
export interface MethodRequest {
  readonly requestId: string;
  readonly name: string;
  readonly payload: string;
}

/** What the client answered; `payload` is the text as it came, spliced raw into the hub's answer. */
export interface MethodResponse {
  readonly status: number;
  readonly payload: string;
}

/** A direct method as a back end asks for it. Timeouts are in seconds. */
export interface MethodCall {
  readonly name: string;
  readonly payload: string;
  readonly responseTimeoutSeconds: number;
  readonly connectTimeoutSeconds: number;
}
