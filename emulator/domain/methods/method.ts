/** A direct method request to a client. `payload` is JSON text, or empty if the caller sent none. */
export interface MethodRequest {
  readonly requestId: string;
  readonly name: string;
  readonly payload: string;
}

/**
 * The response of a client to a direct method. The hub copies the text of `payload` into its own answer unchanged, also
 * if it is not JSON. An empty text becomes `null`.
 */
export interface MethodResponse {
  readonly status: number;
  readonly payload: string;
}

/** The call of a direct method by a back end. `payload` is JSON text, or empty if the caller sent none. */
export interface MethodCall {
  readonly name: string;
  readonly payload: string;
  readonly responseTimeoutSeconds: number;
  readonly connectTimeoutSeconds: number;
}
